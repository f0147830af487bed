"""A picture of gold in our own form; see `writers`."""

import json


def own(items, kind):
    task = {"labels": "multilabel", "texts": "transcription"}.get(kind, kind)
    key = {"boxes": "box", "polygons": "rings", "masks": "mask", "spans": "span"}.get(kind)
    lines = [
        {
            "schema": "assay/gold@1",
            "task": task,
            "classes": sorted(
                {label for item in items for answer in item["answers"] for label, _ in answer["marks"]} - {""}
            ),
        }
    ]
    for item in items:
        row = {"item": item["name"], "width": item["width"], "height": item["height"], "marks": []}
        if kind == "spans":
            row["text"] = item["text"]
        for label, shape in item["answers"][0]["marks"] if item["answers"] else []:
            if kind == "texts":
                row["marks"].append({"text": shape})
            else:
                row["marks"].append({"label": label} | ({key: own_shape(shape)} if key else {}))
        lines.append(row)
    return b"\n".join(json.dumps(one).encode() for one in lines)


def own_shape(shape):
    if hasattr(shape, "runs"):
        place = {name: getattr(shape, name) for name in ("left", "top", "width", "height")}
        return {**place, "runs": shape.runs.tolist()}
    return [ring.tolist() if hasattr(ring, "tolist") else ring for ring in shape]

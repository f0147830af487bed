"""What the tools write: a plain picture of a delivery in every format, for reading back.

A picture is a list of items; each item is a dict: name, width, height, text, answers; each answer a dict: annotator,
seconds, marks; each mark (label, shape). Shapes are those of `written.Written`.
"""

import csv
import io
import json
import zipfile
from xml.sax.saxutils import quoteattr

import numpy as np

from tests.core.formats.own_writer import own  # noqa: F401 - one of the formats, found by its name


def table_csv(items, kind, delimiter=","):
    out = io.StringIO()
    columns = {
        "labels": ["label"],
        "texts": ["text"],
        "boxes": ["label", "x", "y", "width", "height"],
        "spans": ["text", "label", "start", "end"],
    }[kind]
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["item", "annotator", "seconds", *columns])
    for item in items:
        for answer in item["answers"]:
            start = [item["name"], answer["annotator"], seconds_text(answer)]
            marks = answer["marks"]
            if kind == "labels":
                writer.writerow([*start, "|".join(label for label, _ in marks)])
            elif kind == "texts":
                writer.writerow([*start, marks[0][1]])
            else:
                text = [item["text"]] if kind == "spans" else []
                for label, shape in marks or [("", [""] * (2 if kind == "spans" else 4))]:
                    writer.writerow([*start, *text, label, *shape])
    return out.getvalue().encode()


def seconds_text(answer):
    return "" if answer["seconds"] is None else repr(answer["seconds"])


def table_jsonl(items, kind):
    rows = []
    for item in items:
        for answer in item["answers"]:
            row = {"item": item["name"], "annotator": answer["annotator"], "seconds": answer["seconds"]}
            marks = answer["marks"]
            if kind == "labels":
                row["label"] = [label for label, _ in marks]
            elif kind == "texts":
                row["text"] = marks[0][1]
            elif kind == "boxes":
                row["boxes"] = [{"label": label, "bbox": list(box)} for label, box in marks]
            elif kind == "polygons":
                row["polygons"] = [
                    {"label": label, "points": [ring.tolist() for ring in rings]} for label, rings in marks
                ]
            else:
                row |= {
                    "text": item["text"],
                    "spans": [{"label": label, "start": start, "end": end} for label, (start, end) in marks],
                }
            rows.append(json.dumps(row))
    return "\n".join(rows).encode()


def coco(items, kind):
    classes = sorted({label for _, _, label, _ in marks_of(items)})
    annotations = []
    for image, (_, _, label, shape) in marks_with_image(items):
        one = {
            "id": len(annotations) + 1,
            "image_id": image,
            "category_id": classes.index(label) + 1,
            "iscrowd": 0,
        }
        item = items[image - 1]
        if kind == "boxes":
            one["bbox"] = list(shape)
        elif kind == "polygons":
            one["segmentation"] = [ring.ravel().tolist() for ring in shape]
        else:
            full = whole_mask(shape, item["width"], item["height"])
            one["segmentation"] = {"size": [item["height"], item["width"]], "counts": column_runs(full)}
            if image % 2:
                one["segmentation"]["counts"] = compressed(one["segmentation"]["counts"])
        annotations.append(one)
    images = [
        {"id": at, "file_name": item["name"], "width": item["width"], "height": item["height"]}
        for at, item in enumerate(items, start=1)
    ]
    categories = [{"id": at, "name": name} for at, name in enumerate(classes, start=1)]
    return json.dumps({"images": images, "categories": categories, "annotations": annotations}).encode()


def marks_of(items):
    return [mark for _, mark in marks_with_image(items)]


def marks_with_image(items):
    return [
        (at, (item, answer, label, shape))
        for at, item in enumerate(items, start=1)
        for answer in item["answers"]
        for label, shape in answer["marks"]
    ]


def whole_mask(mask, width, height):
    full = np.zeros((height, width), bool)
    full[mask.top : mask.top + mask.height, mask.left : mask.left + mask.width] = mask.bits()
    return full


def column_runs(full):
    runs, value = [0], False
    for pixel in full.T.ravel().tolist():
        if pixel != value:
            runs.append(0)
            value = pixel
        runs[-1] += 1
    return runs


def compressed(counts):
    """As rleToString of the COCO API."""
    out = ""
    for at, count in enumerate(counts):
        left = count - counts[at - 2] if at > 2 else count
        more = True
        while more:
            low = left & 0x1F
            left >>= 5
            more = left != -1 if low & 0x10 else left != 0
            out += chr(low + (0x20 if more else 0) + 48)
    return out


def label_studio(items, kind):
    tasks = []
    for at, item in enumerate(items, start=1):
        data = (
            {"item_id": item["name"], "text": item["text"]} if kind == "spans" else {"item_id": item["name"]}
        )
        annotations = []
        for answer in item["answers"]:
            if kind == "labels":
                chosen = {"choices": [label for label, _ in answer["marks"]]}
                results = [{"type": "choices", "from_name": "c", "to_name": "text", "value": chosen}]
            else:
                marks = enumerate(answer["marks"])
                results = [one for which, mark in marks for one in studio(mark, item, kind, which)]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "completed_by": {"id": answer["annotator"]},
                    "lead_time": answer["seconds"],
                    "was_cancelled": False,
                    "result": results,
                }
            )
        tasks.append({"id": at, "data": data, "annotations": annotations, "predictions": []})
    return json.dumps(tasks).encode()


def studio(mark, item, kind, which):
    label, shape = mark
    base = {"id": f"r{which}", "from_name": "l", "to_name": "text" if kind == "spans" else "image"}
    if kind == "texts":
        return [base | {"type": "textarea", "value": {"text": [shape]}}]
    if kind == "spans":
        start, end = shape
        return [
            base
            | {
                "type": "labels",
                "value": {"start": start, "end": end, "text": item["text"][start:end], "labels": [label]},
            }
        ]
    width, height = item["width"], item["height"]
    base |= {"original_width": width, "original_height": height, "image_rotation": 0}
    if kind == "boxes":
        x, y, w, h = shape
        value = {
            "x": x * 100 / width,
            "y": y * 100 / height,
            "width": w * 100 / width,
            "height": h * 100 / height,
            "rotation": 0,
        }
        if which % 2:  # the two tags Rectangle and Labels write a pair
            return [
                base | {"type": "rectangle", "value": value},
                base | {"type": "labels", "value": value | {"labels": [label]}},
            ]
        return [base | {"type": "rectanglelabels", "value": value | {"rectanglelabels": [label]}}]
    if kind == "polygons":
        points = (shape[0] * 100 / (width, height)).tolist()
        return [base | {"type": "polygonlabels", "value": {"points": points, "polygonlabels": [label]}}]
    flat = np.repeat(whole_mask(shape, width, height).ravel() * 255, 4)
    return [
        base
        | {"type": "brushlabels", "value": {"format": "rle", "rle": rle_pack(flat), "brushlabels": [label]}}
    ]


def rle_pack(values):
    """The thi.ng rle-pack code of bytes: repeated runs where two or more are equal, literals else."""
    sizes = (3, 4, 8, 16)
    bits = f"{len(values):032b}{7:05b}" + "".join(f"{one - 1:04b}" for one in sizes)
    edges = np.flatnonzero(np.diff(values)) + 1
    starts = [0, *edges.tolist()]
    for start, stop in zip(starts, [*edges.tolist(), len(values)], strict=True):
        left = stop - start
        while left:
            count = min(left, 1 << 16)
            which = next(at for at, one in enumerate(sizes) if count <= 1 << one)
            repeated = count > 1
            bits += f"{int(repeated)}{which:02b}{count - 1:0{sizes[which]}b}{int(values[start]):08b}"
            left -= count
    bits += "0" * (-len(bits) % 8)
    return [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]


def cvat(items, kind):
    out = ['<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>']
    for at, item in enumerate(items):
        out.append(
            f'<image id="{at}" name={quoteattr(item["name"])} width="{item["width"]}" height="{item["height"]}">'
        )
        for label, shape in item["answers"][0]["marks"]:
            name = quoteattr(label)
            if kind == "labels":
                out.append(f"<tag label={name} source='manual'></tag>")
            elif kind == "boxes":
                x, y, w, h = shape
                out.append(
                    f'<box label={name} xtl="{x}" ytl="{y}" xbr="{x + w}" ybr="{y + h}" occluded="0"/>'
                )
            elif kind == "polygons":
                points = ";".join(f"{x},{y}" for x, y in shape[0].tolist())
                out.append(f'<polygon label={name} points="{points}"/>')
            else:
                runs = ", ".join(map(str, shape.runs.tolist()))
                out.append(
                    f'<mask label={name} rle="{runs}" left="{shape.left}" top="{shape.top}" '
                    f'width="{shape.width}" height="{shape.height}"/>'
                )
        out.append("</image>")
    return "\n".join([*out, "</annotations>"]).encode()


def labelbox(items, kind):
    rows = []
    for item in items:
        labels = []
        for answer in item["answers"]:
            objects, asked = [], []
            for label, shape in answer["marks"]:
                if kind == "boxes":
                    left, top, width, height = shape
                    box = {"top": top, "left": left, "height": height, "width": width}
                    objects.append(
                        {"name": label, "annotation_kind": "ImageBoundingBox", "bounding_box": box}
                    )
                elif kind == "polygons":
                    points = [{"x": x, "y": y} for x, y in shape[0].tolist()]
                    objects.append({"name": label, "annotation_kind": "ImagePolygon", "polygon": points})
                elif kind == "spans":
                    objects.append({"name": label, "location": {"start": shape[0], "end": shape[1] - 1}})
                elif kind == "texts":
                    asked.append({"name": "q", "text_answer": {"content": shape}})
            if kind == "labels":
                names = [{"name": label} for label, _ in answer["marks"]]
                asked = [
                    {
                        "name": "q",
                        **({"radio_answer": names[0]} if len(names) == 1 else {"checklist_answers": names}),
                    }
                ]
            work = (
                {}
                if answer["seconds"] is None
                else {"seconds_to_create": answer["seconds"] + 2, "seconds_to_review": 2}
            )
            labels.append(
                {
                    "id": "l",
                    "label_kind": "Default",
                    "label_details": {"created_by": answer["annotator"]},
                    "performance_details": work,
                    "annotations": {"objects": objects, "classifications": asked},
                }
            )
        rows.append(
            {
                "data_row": {
                    "id": "x" + item["name"],
                    "global_key": item["name"],
                    "row_data": item["text"] or "https://x",
                },
                "media_attributes": {"width": item["width"], "height": item["height"]},
                "projects": {"p": {"name": "n", "labels": labels}},
            }
        )
    return "\n".join(map(json.dumps, rows)).encode()


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return out.getvalue()


def yolo(items, kind):
    classes = sorted({label for _, _, label, _ in marks_of(items)}) or ["none"]
    files = {
        "obj.names": "\n".join(classes),
        "train.txt": "\n".join(f"data/obj_train_data/{one['name']}" for one in items),
    }
    for item in items:
        if not item["answers"]:
            continue
        lines = []
        for label, shape in item["answers"][0]["marks"]:
            if kind == "boxes":
                x, y, w, h = shape
                numbers = [x + w / 2, y + h / 2, w, h]
            else:
                numbers = shape[0].ravel().tolist()
            lines.append(" ".join(map(repr, [classes.index(label), *map(float, numbers)])))
        files[f"obj_train_data/{item['name'].rsplit('.', 1)[0]}.txt"] = "\n".join(lines)
    return zipped(files)


def voc(items):
    files = {"__MACOSX/x.xml": b"\x00junk", ".DS_Store": b"\x00"}
    for item in items:
        objects = "".join(
            f"<object><name>{label}</name><difficult>0</difficult><bndbox><xmin>{x}</xmin><ymin>{y}</ymin>"
            f"<xmax>{x + w}</xmax><ymax>{y + h}</ymax></bndbox></object>"
            for label, (x, y, w, h) in item["answers"][0]["marks"]
        )
        files[f"Annotations/{item['name']}.xml"] = (
            f"<annotation><filename>{item['name']}</filename><size><width>{item['width']}</width>"
            f"<height>{item['height']}</height><depth>3</depth></size>{objects}</annotation>"
        )
    return zipped(files)


def conll(items, scheme="IOB2"):
    """Texts whose spans begin and end at words, one sentence per item."""
    out = []
    for item in items:
        offset = 0
        spans = [(start, end, label) for label, (start, end) in item["answers"][0]["marks"]]
        before = None
        for token in item["text"].split(" "):
            found = next((one for one in spans if one[0] <= offset < one[1]), None)
            out.append(f"{token} X _ {tag(found, before, offset, len(token), scheme)}")
            before = found
            offset += len(token) + 1
        out.append("")
    return "\n".join(out).encode()


def tag(span, before, start, length, scheme):
    if span is None:
        return "O"
    first, last = span[0] == start, span[1] == start + length
    if scheme == "BIOES":
        return {(True, True): "S-", (True, False): "B-", (False, True): "E-"}.get((first, last), "I-") + span[
            2
        ]
    if scheme == "IOB1":
        return ("B-" if first and before is not None and before[2] == span[2] else "I-") + span[2]
    return ("B-" if first else "I-") + span[2]

import numpy as np
import pytest

from app.core.errors import Invalid
from app.core.formats.read import read

# The example of CVAT's own documentation of the format.
RLE = "3, 5, 7, 7, 5, 9, 3, 11, 2, 11, 2, 12, 1, 12, 1, 26, 1, 12, 1, 12, 2, 11, 3, 9, 5, 7, 7, 5, 3"
DISC = ["...#####.....", "..#######....", ".#########..."]


def file(body, head=""):
    return f"<?xml version='1.0'?><annotations><version>1.1</version>{head}{body}</annotations>".encode()


def image(body="", name="a.jpg", at=0):
    return f'<image id="{at}" name="{name}" width="1600" height="1200">{body}</image>'


def problems(data, kind="boxes"):
    with pytest.raises(Invalid) as failure:
        read(data, "d.xml", kind)
    return [str(one) for one in failure.value.problems]


def test_the_published_mask_is_the_disc_it_draws():
    mask = f'<mask label="car" rle="{RLE}" left="707" top="888" width="13" height="15" z_order="0"></mask>'
    (found,) = read(file(image(mask)), "d.xml", "masks").shape
    bits = found.bits()
    assert (found.left, found.top, bits.shape, int(found.runs.sum())) == (707, 888, (15, 13), 195)
    drawn = ["".join(".#"[one] for one in row) for row in bits.astype(int).tolist()]
    assert drawn[:3] == DISC
    assert int(bits.sum()) == 149


def test_boxes_are_corners_and_images_without_shapes_are_empty():
    box = '<box label="plate" xtl="797.33" ytl="870.92" xbr="965.52" ybr="928.94" occluded="0" z_order="4">'
    body = image(box + '<attribute name="a">v</attribute></box>') + image(name="b.jpg", at=1)
    found = read(file(body), "d.xml", "boxes")
    assert np.allclose(found.shape, [[797.33, 870.92, 168.19, 58.02]])
    assert [one.keys for one in found.items] == [("a.jpg",), ("b.jpg",)]
    assert [one.item for one in found.answers] == [0, 1]
    assert found.warnings == ("d.xml: 1 attributes not used.",)


def test_tracks_are_expanded_by_frame_without_what_is_outside():
    head = "<meta><task><size>4</size><start_frame>10</start_frame><stop_frame>13</stop_frame>"
    head += "<original_size><width>640</width><height>480</height></original_size>"
    head += "<labels><label><name>car</name></label><label><name>bus</name></label></labels></task></meta>"
    boxes = "".join(
        f'<box frame="{frame}" xtl="{frame}" ytl="2" xbr="30" ybr="40" outside="{out}" occluded="0" keyframe="1"/>'
        for frame, out in ((10, 0), (11, 0), (12, 1))
    )
    found = read(file(f'<track id="0" label="car" source="manual">{boxes}</track>', head), "d.xml", "boxes")
    assert [one.keys for one in found.items] == [(f"frame_0000{at}", str(at)) for at in (10, 11, 12, 13)]
    assert found.shape.tolist() == [[10, 2, 20, 38], [11, 2, 19, 38]]
    assert found.answer.tolist() == [0, 1]
    assert (found.classes, found.items[0].width) == (("car", "bus"), 640)


def test_a_rotated_box_is_refused_and_its_surrounding_box_is_a_repair():
    data = file(image('<box label="a" xtl="0" ytl="10" xbr="40" ybr="30" rotation="90"/>'))
    assert "the box is rotated" in problems(data)[0]
    assert "or accept the repair: take the upright box around it" in problems(data)[0]
    found = read(data, "d.xml", "boxes", accept=True)
    assert np.allclose(found.shape, [[10, 0, 20, 40]])
    assert found.repairs == ("d.xml: 1 rotated boxes taken as the box around them",)


def test_outlines_are_filled_where_masks_are_wanted():
    points = "10.0,10.0;14.0,10.0;14.0,12.0;10.0,12.0"
    found = read(file(image(f'<polygon label="a" points="{points}"/>')), "d.xml", "masks")
    (mask,) = found.shape
    assert (mask.left, mask.top, mask.bits().tolist()) == (10, 10, [[True] * 4] * 2)
    assert found.repairs == ("d.xml: 1 polygons filled to masks by pixel centres",)


def test_shapes_of_other_kinds_are_named():
    body = image('<box label="a" xtl="1" ytl="1" xbr="3" ybr="3"/><polyline label="a" points="1,1;2,2"/>')
    assert problems(file(body), "polygons") == [
        "d.xml: holds boxes (1) and polylines (1) but no polygons, which this task needs; export those"
    ]
    assert read(file(body), "d.xml", "boxes").warnings == ("d.xml: 1 polylines not used.",)


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (
            image('\n<box label="a" xtl="5" ytl="1" xbr="3" ybr="3"/>'),
            "boxes",
            "line 2: box [5.0, 1.0, -2.0, 2.0]",
        ),
        (
            image('<box label="a" xtl="x" ytl="1" xbr="3" ybr="3"/>'),
            "boxes",
            "is not four numbers of an image",
        ),
        (image('<box label="" xtl="1" ytl="1" xbr="3" ybr="3"/>'), "boxes", "the box has no label"),
        (image('<polygon label="a" points="1,1;2,2"/>'), "polygons", "three points or more"),
        (image('<polygon label="a" points="1,1;2,2;3"/>'), "polygons", "points must be x,y;x,y;"),
        (
            image('<mask label="a" rle="1, 2" left="0" top="0" width="2" height="2"/>'),
            "masks",
            "do not add up",
        ),
        (image('<mask label="a" rle="4" left="0" top="0" width="2" height="2"/>'), "masks", "has no pixel"),
        (
            image('<mask label="a" rle="-1, 5" left="0" top="0" width="2" height="2"/>'),
            "masks",
            "do not add up",
        ),
        (
            image('<mask label="a" rle="4" left="-1" top="0" width="2" height="2"/>'),
            "masks",
            "needs left, top",
        ),
        (image() + image(), "boxes", "image 'a.jpg' stands twice"),
        ('<image id="0" width="5" height="5"/>', "boxes", "the image has no name"),
        ('<image name="a" width="0" height="5"/>', "boxes", "width and height must be numbers above 0"),
        (
            '<track label="a"><box frame="-1" xtl="1" ytl="1" xbr="3" ybr="3"/></track>',
            "boxes",
            "needs its frame",
        ),
        ("", "boxes", "the file names no items"),
    ],
)
def test_a_bad_shape_is_refused_with_its_line(body, kind, says):
    assert any(says in one for one in problems(file(body), kind)), problems(file(body), kind)


def test_another_xml_file_is_refused():
    assert "is no CVAT file" in problems(b"<html><body/></html>")[0]

"""Overlap of polygons and masks against areas worked out by hand, and outlines within a tolerance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.formats.shapes import Bools, Mask, Polygon
from app.core.pilots import shapes

ONE = np.array([0])


def square(left: float, top: float, side: float) -> Polygon:
    corners = [[left, top], [left + side, top], [left + side, top + side], [left, top + side]]
    return (np.array(corners, np.float64),)


def mask_of(bits: Bools, left: int = 0, top: int = 0) -> Mask:
    flat = np.concatenate([[False], bits.ravel()])
    ends = np.concatenate([np.nonzero(np.diff(flat))[0], [bits.size]])
    runs = np.diff(np.concatenate([[0], ends]))
    return Mask(left, top, bits.shape[1], bits.shape[0], runs)


def test_two_squares_that_share_a_quarter() -> None:
    overlap = shapes.polygon_iou([square(0, 0, 2)], [square(1, 1, 2)], ONE, ONE)
    assert overlap.tolist() == pytest.approx([1 / 7])


def test_rings_of_one_polygon_are_one_object() -> None:
    both = (*square(0, 0, 1), *square(5, 5, 1))
    overlap = shapes.polygon_iou([both], [both, square(0, 0, 1)], np.array([0, 0]), np.array([0, 1]))
    assert overlap.tolist() == pytest.approx([1, 0.5])
    assert shapes.polygon_areas([both]).tolist() == pytest.approx([2])


def test_an_outline_that_crosses_itself_is_made_valid() -> None:
    bow = (np.array([[0, 0], [2, 2], [2, 0], [0, 2]], np.float64),)
    assert shapes.polygon_areas([bow]).tolist() == pytest.approx([2])
    assert shapes.polygon_iou([bow], [bow], ONE, ONE).tolist() == pytest.approx([1])


def test_a_polygon_without_area_overlaps_nothing() -> None:
    line = (np.array([[0, 0], [4, 4], [2, 2]], np.float64),)
    assert shapes.polygon_iou([line], [line], ONE, ONE).tolist() == [0]


def test_masks_are_compared_where_their_crops_meet() -> None:
    full = np.ones((2, 2), np.bool_)
    a, b = mask_of(full, 0, 0), mask_of(full, 1, 1)
    assert shapes.mask_iou([a], [b], ONE, ONE).tolist() == pytest.approx([1 / 7])
    assert shapes.mask_iou([a], [mask_of(full, 9, 9)], ONE, ONE).tolist() == [0]
    assert shapes.mask_iou([], [], np.zeros(0, np.int64), np.zeros(0, np.int64)).tolist() == []


@given(st.data())
def test_masks_agree_with_a_comparison_of_whole_images(data: st.DataObject) -> None:
    def drawn() -> tuple[Mask, Bools]:
        height, width = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
        left, top = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 5))
        values = data.draw(st.lists(st.booleans(), min_size=height * width, max_size=height * width))
        bits = np.array(values).reshape(height, width)
        image = np.zeros((12, 12), np.bool_)
        image[top : top + height, left : left + width] = bits
        return mask_of(bits, left, top), image

    (a, image_a), (b, image_b) = drawn(), drawn()
    union = (image_a | image_b).sum()
    expected = (image_a & image_b).sum() / union if union else 0
    assert shapes.mask_iou([a], [b], ONE, ONE)[0] == pytest.approx(expected)
    assert shapes.mask_iou([b], [a], ONE, ONE)[0] == pytest.approx(expected)


def test_outlines_within_the_tolerance_agree_fully() -> None:
    bits = np.ones((40, 40), np.bool_)
    a, b = mask_of(bits, 0, 0), mask_of(bits, 1, 0)
    near = shapes.boundary_f([a], [b], ONE, ONE, np.array([100.0]))
    far = shapes.boundary_f([a], [mask_of(bits, 8, 0)], ONE, ONE, np.array([100.0]))
    assert near.tolist() == [1]
    assert 0 < far[0] < 0.7


def test_a_mask_without_pixels_agrees_only_with_another() -> None:
    none, some = mask_of(np.zeros((3, 3), np.bool_)), mask_of(np.ones((3, 3), np.bool_))
    pairs = shapes.boundary_f(
        [none], [none, some], np.array([0, 0]), np.array([0, 1]), np.array([10.0, 10.0])
    )
    assert pairs.tolist() == [1, 0]

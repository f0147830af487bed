from app.charts import DrawnShape, box_ring, forest_cell, forest_window, shapes_on_item


def test_cells_of_a_column_share_their_window() -> None:
    window = forest_window([0.9, 0.95, None, 0.85])
    low, high = (str(forest_cell(v, None, None, window=window, name="F1")) for v in (0.85, 0.95))
    places = [float(one.split('cx="')[1].split('"')[0]) for one in (low, high)]
    assert 5 < places[0] < places[1] < 215


def test_unmeasured_value_says_so_and_draws_no_point() -> None:
    drawn = str(forest_cell(None, None, None, window=(0.8, 1.0), floor=0.9, name="F1"))
    assert "not measured" in drawn
    assert "<circle" not in drawn
    assert "stroke-dasharray" in drawn


def test_boxes_keep_the_proportions_of_the_item_and_escape_their_labels() -> None:
    boxes = [
        DrawnShape((box_ring((0, 0, 100, 50)),), "<b>", True, True),
        DrawnShape((box_ring((10, 5, 100, 50)),), "<b>", False, False),
    ]
    drawn = str(shapes_on_item(boxes, (200, 100), title="shelf", width=400))
    assert 'viewBox="0 0 400 200"' in drawn
    assert "0,0 200,0 200,100 0,100 0,0" in drawn
    assert "<b>" not in drawn
    assert drawn.count("stroke-dasharray") == 1

"""A map of the world as SVG: coastlines from Natural Earth (offline), a dot for each country with hits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from math import sqrt
from pathlib import Path
from urllib.parse import urlencode

from lab.survey.countries import COUNTRIES, country_name

WIDTH, HEIGHT = 720, 330
_NORTH = 84.0
_SOUTH = -58.0


def place(longitude: float, latitude: float) -> tuple[float, float]:
    """A position on the map in pixels (plate carrée)."""
    x = (longitude + 180) / 360 * WIDTH
    y = (_NORTH - latitude) / (_NORTH - _SOUTH) * HEIGHT
    return round(x, 1), round(min(max(y, 0), HEIGHT), 1)


@cache
def land() -> str:
    """The outlines of all countries as one SVG path."""
    atlas = json.loads(Path(__file__).with_name("world-110m.json").read_text("utf-8"))
    arcs = [_arc(arc, atlas["transform"]) for arc in atlas["arcs"]]
    rings: list[list[int]] = []
    for shape in atlas["objects"]["countries"]["geometries"]:
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings += [ring for polygon in polygons for ring in polygon]
    return "".join(_path(ring, arcs) for ring in rings)


def _arc(arc: Sequence[Sequence[int]], transform: dict[str, list[float]]) -> list[tuple[float, float]]:
    """The points of one arc: differences of whole numbers, scaled (TopoJSON 2.1.2)."""
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    points, x, y = [], 0, 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append(place(x * scale_x + move_x, y * scale_y + move_y))
    return points


def _path(ring: Sequence[int], arcs: Sequence[list[tuple[float, float]]]) -> str:
    """One outline. What crosses the date line goes on past the map's edge, instead of all the way back across it."""
    points: list[tuple[float, float]] = []
    shift = 0.0
    for x, y in (point for number in ring for point in (arcs[number] if number >= 0 else arcs[~number][::-1])):
        while points and x + shift - points[-1][0] > WIDTH / 2:
            shift -= WIDTH
        while points and x + shift - points[-1][0] < -WIDTH / 2:
            shift += WIDTH
        points.append((x + shift, y))
    if min(y for _, y in points) >= HEIGHT:
        return ""  # Antarctica is below the map
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"


def world_map(counts: Iterable[tuple[str, int]], title: str, query: str = "", link: str | None = "./") -> str:
    """The map with a dot for each (country, count). A dot is a link that adds the country to the query, unless ``link`` is None."""
    dots = "".join(_dot(code, count, query, link) for code, count in counts if code in COUNTRIES)
    style = "map" if link is not None else "pacslab-map"
    return (
        f'<svg class="{style}" viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{escape(title)}">'
        f'<path class="land" d="{land()}"/>{dots}</svg>'
    )


def _dot(code: str, count: int, query: str, link: str | None) -> str:
    x, y = place(COUNTRIES[code].longitude, COUNTRIES[code].latitude)
    label = escape(f"{country_name(code)}: {count}")
    circle = f'<circle cx="{x}" cy="{y}" r="{round(2.5 + sqrt(count) * 0.9, 1)}"><title>{label}</title></circle>'
    if link is None:
        return circle
    target = f"{link}?{urlencode({'q': f'{query} country:{code}'.strip()})}"
    return f'<a href="{escape(target)}" aria-label="{label}">{circle}</a>'

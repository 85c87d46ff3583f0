"""A search engine for connected devices, over banners that a crawl of the simulated Internet collects.

``world-110m.json`` is countries-110m.json of the npm package world-atlas 2.0.2 (ISC, Copyright 2013-2019 Michael Bostock;
the shapes are Natural Earth's, public domain).
"""

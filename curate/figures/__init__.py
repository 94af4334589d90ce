"""A posable anime doll that knows what it drew: labelled pictures from one seed.

`character` and `prior` say who is drawn, `poses` and `rig` how she stands, `mesh_*` what she is
made of, `camera` who looks, `raster` and `resolve` turn triangles into pixels, `truth` writes
down what the picture shows and `captions` puts it into words.
"""

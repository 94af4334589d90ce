"""A mesh as the viewer sees it: projected, turned to the view, far sides left out.

Shape legend: v vertices, f faces, m materials, tt texels.
"""

from typing import NamedTuple

import numpy as np

from curate.figures.camera import Lens
from curate.figures.compiled import Floats, Ints, kernel
from curate.figures.material import GROUP, MATERIAL, material_table
from curate.figures.surface import Mesh

NEAREST = 0.05


class Scene(NamedTuple):
    """What there is to see.

    Vertices (v, 8) are x and y in samples, 1/depth, the normal to the viewer, u and v.
    Faces (f, 5) are three vertices, the material and the group. Material rows are (m, 17),
    the face decal is (t, t, 4); `fine` tells that its texels are about a pixel in size.
    `winding` is -1 where the surfaces are mirrored.
    """

    vertices: Floats
    faces: Ints
    materials: Floats
    decal: Floats
    fine: bool
    winding: float


@kernel
def _project(
    points_v3: Floats,
    normals_v3: Floats,
    turn_33: Floats,
    eye_3: Floats,
    lens_3: Floats,
    v8: Floats,
) -> None:
    """Write the first six columns of a scene's vertices; `lens_3` is zoom and centre."""
    for i in range(len(points_v3)):
        x = points_v3[i, 0] - eye_3[0]
        y = points_v3[i, 1] - eye_3[1]
        z = points_v3[i, 2] - eye_3[2]
        depth = -(turn_33[2, 0] * x + turn_33[2, 1] * y + turn_33[2, 2] * z)
        inverse = 1.0 / depth if depth > NEAREST else 0.0
        scale = lens_3[0] * inverse
        v8[i, 0] = lens_3[1] + scale * (turn_33[0, 0] * x + turn_33[0, 1] * y + turn_33[0, 2] * z)
        v8[i, 1] = lens_3[2] - scale * (turn_33[1, 0] * x + turn_33[1, 1] * y + turn_33[1, 2] * z)
        v8[i, 2] = inverse
        x, y, z = normals_v3[i, 0], normals_v3[i, 1], normals_v3[i, 2]
        for d in range(3):
            v8[i, 3 + d] = turn_33[d, 0] * x + turn_33[d, 1] * y + turn_33[d, 2] * z


@kernel
def _face(v8: Floats, faces_f3: Ints, pieces_p4: Ints, winding: float, f5: Ints) -> int:
    """Write the faces that can be seen, and tell how many they are.

    A piece's row is its number of faces, its material, its group and whether it is closed: nobody
    sees the far side of a closed surface.
    """
    count, stop = 0, 0
    for piece in range(len(pieces_p4)):
        start, stop = stop, stop + pieces_p4[piece, 0]
        for f in range(start, stop):
            a, b, c = faces_f3[f, 0], faces_f3[f, 1], faces_f3[f, 2]
            bx, by = v8[b, 0] - v8[a, 0], v8[b, 1] - v8[a, 1]
            cx, cy = v8[c, 0] - v8[a, 0], v8[c, 1] - v8[a, 1]
            if pieces_p4[piece, 3] and (bx * cy - by * cx) * winding > 0:
                continue
            f5[count, 0], f5[count, 1], f5[count, 2] = a, b, c
            f5[count, MATERIAL], f5[count, GROUP] = pieces_p4[piece, 1], pieces_p4[piece, 2]
            count += 1
    return count


def scene_of(mesh: Mesh, lens: Lens, decal: Floats, *, fine: bool, mirrored: bool) -> Scene:
    """Look at a mesh through a lens."""
    vertices = np.empty((mesh.size, 8))
    vertices[:, 6:] = np.concatenate(mesh.uvs)
    numbers = np.array([lens.zoom, *lens.centre])
    _project(
        np.concatenate(mesh.vertices),
        np.concatenate(mesh.normals),
        np.ascontiguousarray(lens.turn),
        lens.eye,
        numbers,
        vertices,
    )
    winding = -1.0 if mirrored else 1.0
    pieces = np.array([mesh.face_counts, mesh.materials, mesh.groups, mesh.closed]).T.copy()
    faces = np.empty((int(pieces[:, 0].sum()), 5), dtype=np.int32)
    count = _face(vertices, np.concatenate(mesh.faces), pieces, winding, faces)
    return Scene(
        vertices=vertices,
        faces=faces[:count],
        materials=material_table(list(mesh.palette)),
        decal=decal,
        fine=fine,
        winding=winding,
    )

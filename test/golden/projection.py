"""Golden figures for test/ml/visualize/projection.test.ts: principal components by numpy's SVD and
scikit-learn's trustworthiness.

numpy 2.4.6, scikit-learn 1.9.1:  python test/golden/projection.py > test/golden/projection.json
"""
import json

import numpy as np
from sklearn.manifold import trustworthiness

rng = np.random.default_rng(11)


def case(name, x):
    centred = x - x.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    first = directions[:2]
    signs = np.sign(first[np.arange(2), np.abs(first).argmax(axis=1)])
    first = first * signs[:, None]
    shares = sizes[:2] ** 2 / (sizes**2).sum()
    places = centred @ first.T
    return {
        "name": name,
        "rows": x.tolist(),
        "directions": first.tolist(),
        "shares": shares.tolist(),
        "places": places.tolist(),
        "trustworthiness": {str(k): trustworthiness(x, places, n_neighbors=k) for k in (3, 5)},
    }


tall = rng.normal(size=(24, 4)) @ np.diag([3, 2, 1, 0.5])
wide = rng.normal(size=(14, 30)) * np.linspace(2, 0.2, 30)
print(json.dumps([case("more rows than values", tall), case("more values than rows", wide)]))

"""The process that callgrind counts: see ``instructions``."""

from __future__ import annotations

import sys
from itertools import islice

from engine import Actor, Engine
from tests.bench import applications, pages
from tests.bench.ground import CONFIG, ROLE, Ground
from tests.bench.instructions import WARM_UP, counted
from tests.bench.loop import complete_next


def request(kind: str, url: str, secret: str, count: str) -> None:
    ground = Ground(url, Actor("", "", frozenset()), secret)
    ids = list(islice(ground.open_tasks(), WARM_UP + int(count)))
    environs = list(map(applications.environ, applications.requests(kind, ids, secret)))
    app = applications.application(kind, url)
    for given in environs[:WARM_UP]:
        applications.answer(app, given)

    def work() -> None:
        for given in environs[WARM_UP:]:
            applications.answer(app, given)

    counted(work)


def completion(url: str, worker: str, count: str) -> None:
    actor = Actor(worker, "Worker Bee", frozenset({ROLE}))
    with Engine.open(url, config=CONFIG) as engine:
        complete_next(engine, actor, url, WARM_UP)
        counted(lambda: complete_next(engine, actor, url, int(count)))


if __name__ == "__main__":
    {"request": request, "completion": completion, "pages": pages.count}[sys.argv[1]](*sys.argv[2:])

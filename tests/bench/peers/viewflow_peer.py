"""A flow of views in django-viewflow on an SQLite file; each task is assigned and executed."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from types import ModuleType

import django
from django.conf import settings

folder, count = Path(sys.argv[1]), int(sys.argv[2])
database = folder / "viewflow.db"
database.unlink(missing_ok=True)
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "viewflow",
        "viewflow.workflow",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    USE_TZ=True,
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from viewflow import this  # noqa: E402
from viewflow.workflow import flow  # noqa: E402

names = [f"task{n}" for n in range(count)]
nodes: dict[str, object] = {"start": flow.StartHandle(lambda activation: None).Next(this.task0)}
for name, following in zip(names, [*names[1:], "end"], strict=True):
    nodes[name] = flow.View(lambda request: None).Next(getattr(this, following))
nodes["end"] = flow.End()
# A flow belongs to the application in whose package its module stands.
module = ModuleType("viewflow.workflow.chain")
sys.modules[module.__name__] = module
nodes["__module__"] = module.__name__
Chain = type("Chain", (flow.Flow,), nodes)
module.Chain = Chain

call_command("migrate", verbosity=0)
connection.cursor().execute("PRAGMA journal_mode = WAL")
connection.cursor().execute("PRAGMA synchronous = FULL")
worker = User.objects.create(username="worker")
request = HttpRequest()
request.user = worker
Chain.start.run()
spent = []
for name in names:
    begun = time.process_time()
    with transaction.atomic():
        task = Chain.task_class.objects.get(flow_task=getattr(Chain, name), status="NEW")
        with task.activation() as activation:
            activation.assign(worker)
            activation.start(request)
            activation.execute()
    spent.append((time.process_time() - begun) * 1000)
print(json.dumps({"version": version("django-viewflow"), "ms": median(spent)}))

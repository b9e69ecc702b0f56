"""The floor: what the smallest honest page costs on this machine.

A bare Flask view that reads 25 rows by an index through SQLAlchemy Core and draws them as a plain Jinja table.
"""

import os

from flask import Flask, render_template
from jinja2 import DictLoader
from sqlalchemy import create_engine, text

PAGE = """<!doctype html><title>Floor</title><table>
{% for row in rows %}<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.amount }}</td><td>{{ row.currency }}</td></tr>
{% endfor %}</table>"""

ROWS = text("select id, name, amount, currency from opportunity where id > :after order by id limit 25")


def create_app() -> Flask:
    """Make the floor's application, on the database that ACCORD_BENCH_FLOOR_URL names."""
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"floor.html": PAGE})
    engine = create_engine(os.environ["ACCORD_BENCH_FLOOR_URL"], pool_pre_ping=True)

    @app.get("/")
    def index() -> str:
        with engine.connect() as connection:
            rows = connection.execute(ROWS, {"after": 5000}).all()
        return render_template("floor.html", rows=rows)

    return app

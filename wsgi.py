"""What a web server loads: `gunicorn wsgi:app`, `flask --app wsgi`."""

from app import create_app, settle

app = create_app()
settle()

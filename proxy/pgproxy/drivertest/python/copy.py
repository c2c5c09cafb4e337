"""Copies rows in and out with a Python driver, and prints what came out.

    copy.py psycopg2|psycopg3 DSN EMAIL
"""

import datetime
import io
import sys


def psycopg2_copies(dsn, email):
    import psycopg2

    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        rows = io.StringIO(f"5001\tacme\t{email}\t7\t1977-05-04\n5002\tglobex\t\\N\t\\N\t\\N\n")
        cursor.copy_expert("copy customers (id, tenant_id, email, points, born) from stdin", rows, size=16)
        out = io.StringIO()
        cursor.copy_expert("copy (select id, email, points, born from customers where id > 5000 order by id) to stdout (format csv)", out)
        return out.getvalue()


def psycopg3_copies(dsn, email):
    import psycopg

    types = ["int8", "text", "text", "int8", "date"]
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        for first, options in ((5001, ""), (5003, " (format binary)")):
            with cursor.copy("copy customers (id, tenant_id, email, points, born) from stdin" + options) as copy:
                copy.set_types(types)
                copy.write_row((first, "acme", email, 7, datetime.date(1977, 5, 4)))
                copy.write_row((first + 1, "globex", None, None, None))
        lines = []
        for options in ("", " (format binary)"):
            with cursor.copy("copy (select id, email, points, born from customers where id > 5000 order by id) to stdout" + options) as copy:
                copy.set_types(["int8", "text", "int8", "date"])
                lines += [",".join("" if v is None else str(v) for v in row) for row in copy.rows()]
        return "\n".join(lines) + "\n"


if __name__ == "__main__":
    driver, dsn, email = sys.argv[1:]
    copies = psycopg2_copies if driver == "psycopg2" else psycopg3_copies
    sys.stdout.write(copies(dsn, email))

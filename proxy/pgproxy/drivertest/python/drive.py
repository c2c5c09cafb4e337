"""Does the job that comes as JSON on standard input with a Python driver, and prints each step that is done.

    drive.py psycopg2
    drive.py psycopg3 text|binary
"""

import base64
import datetime
import json
import re
import sys
import uuid

FIELDS = ["id", "tenant_id", "name", "email", "note", "photo", "points", "born", "ref", "profile"]


def native(row):
    """The application's values of a row of the job."""
    convert = {
        "photo": base64.b64decode,
        "points": int,
        "born": datetime.date.fromisoformat,
        "ref": uuid.UUID,
        "profile": json.loads,
    }
    return {f: v if v is None else convert.get(f, lambda x: x)(v) for f, v in row.items()}


def named(sql):
    """Placeholders as Python drivers write them."""
    return re.sub(r"\$(\d+)", r"%(p\1)s", sql)


class Flow:
    def __init__(self, driver, job):
        self.driver, self.job = driver, job
        self.sql = {name: named(text) for name, text in job["sql"].items()}

    def query(self, name, *args):
        return self.driver.query(self.sql[name], {f"p{i}": v for i, v in enumerate(args, 1)})

    def write(self, name, row):
        values = [row[f] for f in FIELDS]
        if values[9] is not None:
            values[9] = self.driver.jsonb(values[9])
        self.query(name, *values)

    def fails(self, code, name, *args):
        try:
            self.query(name, *args)
        except self.driver.Error as err:
            got = self.driver.code(err)
            assert got == code, f"{name}: got {got}, want {code}: {err}"
            return
        raise AssertionError(f"{name} does not fail")

    def count(self, ident):
        return self.query("count", ident)[0][0]

    def write_and_read(self):
        for change in self.job["changes"]:
            for name in ("insert", "update"):
                want = native(change[name])
                self.write(name, want)
                rows = self.query("select", want["id"])
                assert len(rows) == 1
                for field, value in zip(FIELDS, rows[0]):
                    assert self.driver.plain(value) == want[field], f"{change['what']}, {name}: {field}"
            yield change["what"]

    def native_types(self):
        self.query("protected", self.job["changes"][0]["insert"]["id"])
        protected = self.driver.types()
        self.query("native", 1)
        assert protected == self.driver.types(), f"{protected} != {self.driver.types()}"
        yield "native types"

    def fail_in_the_middle(self):
        row = native(self.job["duplicate"])
        ident = row["id"]
        self.driver.query("begin")
        self.write("insert", row)
        try:
            self.write("insert", row)
            raise AssertionError("a duplicate is taken")
        except self.driver.Error as err:
            assert self.driver.code(err) == "23505", err
        self.fails("25P02", "insertTwo", ident + 1, "globex", self.job["aborted"])
        self.driver.query("rollback")
        assert self.count(ident) == 0
        self.query("insertTwo", ident, "globex", self.job["recovered"])
        assert self.count(ident) == 1
        yield "transaction that fails in the middle"

    def refusal(self):
        self.fails("0A000", "refused", self.job["refused"])
        self.driver.query("begin")
        self.query("insertTwo", 300, "acme", self.job["aborted"])
        self.fails("0A000", "refused", self.job["refused"])
        self.fails("25P02", "insertTwo", 301, "acme", self.job["aborted"])
        self.driver.query("rollback")
        assert self.count(300) == 0
        yield "refused statement"

    def interleave(self):
        emails = self.job["tenants"]
        for i, email in enumerate(emails):
            self.query("insertTwo", 400 + i, ["acme", "globex"][i % 2], email)
            assert self.query("email", 400 + i)[0][0] == email
            assert self.query("email", 400 + i // 2)[0][0] == emails[i // 2]
        self.driver.direct(self.job["direct"], self.sql["move"], {"p1": 400})
        self.fails("XX001", "email", 401)
        assert self.query("email", 400)[0][0] == emails[0]
        yield "two tenants on one connection"

    def repeat(self):
        email = self.job["repeated"]
        for i in range(self.job["uses"]):
            self.query("insertTwo", 1000 + i, "acme", email)
        for i in range(self.job["uses"]):
            assert self.query("email", 1000 + i)[0][0] == email
        yield "prepared statements used 1000 times"

    def run(self):
        steps = [self.write_and_read, self.native_types, self.fail_in_the_middle, self.refusal, self.interleave, self.repeat]
        for step in steps:
            for done in step():
                print(done, flush=True)


def main():
    job = json.load(sys.stdin)
    if sys.argv[1] == "psycopg2":
        from driver_psycopg2 import Driver

        driver = Driver(job["dsn"])
    else:
        from driver_psycopg3 import Driver

        driver = Driver(job["dsn"], binary=sys.argv[2] == "binary")
    Flow(driver, job).run()


main()

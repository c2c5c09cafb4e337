"""psycopg 3: typed parameters of the extended protocol, prepared on the server after some uses; results as text or binary."""

import psycopg
from psycopg.types.json import Jsonb


class Driver:
    Error = psycopg.Error

    def __init__(self, dsn, binary):
        self.connection = psycopg.connect(dsn, autocommit=True)
        self.cursor = self.connection.cursor(binary=binary)

    def query(self, sql, args=None):
        self.cursor.execute(sql, args)
        self.rows = self.cursor.fetchall() if self.cursor.description else None
        return self.rows

    def types(self):
        columns = zip(self.cursor.description, self.rows[0])
        return [(c.type_code, c.internal_size, c.precision, type(v)) for c, v in columns]

    @staticmethod
    def jsonb(value):
        return Jsonb(value)

    @staticmethod
    def plain(value):
        return value

    @staticmethod
    def code(err):
        return err.sqlstate

    @staticmethod
    def direct(dsn, sql, args):
        with psycopg.connect(dsn) as connection:
            connection.execute(sql, args)

"""psycopg2: values become literals in the text of simple queries."""

import psycopg2
import psycopg2.extras


class Driver:
    Error = psycopg2.Error

    def __init__(self, dsn):
        self.connection = psycopg2.connect(dsn)
        self.connection.autocommit = True
        psycopg2.extras.register_uuid()
        self.cursor = self.connection.cursor()

    def query(self, sql, args=None):
        self.cursor.execute(sql, args)
        self.rows = self.cursor.fetchall() if self.cursor.description else None
        return self.rows

    def types(self):
        columns = zip(self.cursor.description, self.rows[0])
        return [(c.type_code, c.internal_size, c.precision, type(v)) for c, v in columns]

    @staticmethod
    def jsonb(value):
        return psycopg2.extras.Json(value)

    @staticmethod
    def plain(value):
        return bytes(value) if isinstance(value, memoryview) else value

    @staticmethod
    def code(err):
        return err.pgcode

    @staticmethod
    def direct(dsn, sql, args):
        with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
            cursor.execute(sql, args)
        connection.close()

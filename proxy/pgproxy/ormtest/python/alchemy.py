"""SQLAlchemy's ORM on psycopg2."""
import os
import sys

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, declarative_base, joinedload, relationship, selectinload, subqueryload

from say import say

Base = declarative_base()


class Customer(Base):
    __tablename__ = "customers"
    id = sa.Column(sa.Integer, primary_key=True)
    tenant_id = sa.Column(sa.String(50), nullable=False, default="acme")
    name = sa.Column(sa.String(100), unique=True)
    email = sa.Column(sa.String(255))
    phone = sa.Column(sa.Text)
    born = sa.Column(sa.Date)
    points = sa.Column(sa.BigInteger)
    orders = relationship("Order", back_populates="customer", order_by="Order.id", cascade="all, delete-orphan")

    def plain(self):
        return [self.id, self.name, self.email, self.phone, self.born, self.points]


class Order(Base):
    __tablename__ = "orders"
    id = sa.Column(sa.Integer, primary_key=True)
    customer_id = sa.Column(sa.ForeignKey("customers.id"))
    tenant_id = sa.Column(sa.String(50), nullable=False, default="acme")
    total = sa.Column(sa.Numeric(10, 2))
    remark = sa.Column(sa.Text)
    customer = relationship(Customer, back_populates="orders")

    def plain(self):
        return [self.id, self.customer_id, self.total, self.remark]


def run(engine):
    from datetime import date

    with Session(engine) as s:
        ada = Customer(name="Control Ada", email="marker-ada@example.com", phone="marker 1", born=date(2077, 1, 2), points=773701)
        s.add(ada)
        s.add_all([Customer(name="Bob", email="marker-bob@example.com"), Customer(name="Cyd", phone="marker 3", points=773703)])
        s.commit()
        say("created", ada.plain())
        say("all", [c.plain() for c in s.query(Customer).order_by(Customer.id)])
        say("get", s.get(Customer, 2).plain())
        say("columns", [tuple(r) for r in s.query(Customer.email, Customer.born).order_by(Customer.name)])
        say("filter", [c.plain() for c in s.query(Customer).filter(Customer.name.in_(["Bob", "Cyd"]), Customer.email.isnot(None))])
        say("page", [c.plain() for c in s.query(Customer).order_by(Customer.id).limit(1).offset(1)])
        say("count", [s.query(Customer).count(), s.query(sa.func.count(Customer.email)).scalar()])
        ada.email, ada.phone = "marker-ada2@example.com", None
        s.flush()
        s.refresh(ada)
        say("flushed", ada.plain())
        say("bulk update", s.query(Customer).filter(Customer.name == "Bob").update({"email": "marker-bob2@example.com", "born": date(2077, 3, 4)}))
        s.commit()
        say("returning", [tuple(r) for r in s.execute(
            sa.update(Customer).where(Customer.name == "Cyd").values(email="marker-cyd@example.com").returning(Customer.id, Customer.email))])
        row = {"tenant_id": "acme", "name": "Bob", "email": "marker-bob3@example.com"}
        up = insert(Customer).values([row, dict(row, name="Dan")])
        up = up.on_conflict_do_update(index_elements=["name"], set_={"email": up.excluded.email}).returning(Customer.name, Customer.email)
        say("upsert", [tuple(r) for r in s.execute(up)])
        s.commit()

    with Session(engine) as s:
        ada = s.query(Customer).filter_by(name="Control Ada").one()
        ada.orders = [Order(total=n, remark=f"marker order {n}") for n in (1, 2, 3)]
        s.commit()
        for how in (joinedload, selectinload, subqueryload):
            say(how.__name__, [[c.plain(), [o.plain() for o in c.orders]] for c in s.query(Customer).options(how(Customer.orders)).order_by(Customer.id).populate_existing()])
        say("limited eager", [[c.email, len(c.orders)] for c in s.query(Customer).options(joinedload(Customer.orders)).order_by(Customer.id).limit(2)])
        say("lazy", [o.customer.email for o in s.query(Order).order_by(Order.id)])
        say("join", [tuple(r) for r in s.query(Customer.email, Order.remark).join(Order).filter(Order.total > 1).order_by(Order.id)])
        alias = sa.orm.aliased(Order)
        say("exists", [c.email for c in s.query(Customer).filter(sa.exists().where(alias.customer_id == Customer.id))])
        sub = s.query(Order.customer_id, sa.func.sum(Order.total).label("total")).group_by(Order.customer_id).subquery()
        say("subquery", [tuple(r) for r in s.query(Customer.email, sub.c.total).outerjoin(sub, sub.c.customer_id == Customer.id).order_by(Customer.id)])
        say("for update", s.query(Customer).filter_by(id=1).with_for_update().one().plain())
        del ada.orders[0]
        s.commit()
        say("orphan gone", [o.plain() for o in s.query(Order).order_by(Order.id)])

        try:
            with s.begin_nested():
                s.add(Customer(name="Bob", email="marker-dup@example.com"))
        except IntegrityError as e:
            say("savepoint", e.orig.pgcode)
        s.add(Customer(name="Hal", email="marker-hal@example.com"))
        s.flush()
        s.rollback()
        say("rolled back", s.query(Customer).filter_by(name="Hal").count())
        s.bulk_save_objects([Customer(name=f"n{n}", email=f"marker-{n}@example.com") for n in range(5)])
        s.bulk_update_mappings(Customer, [{"id": c.id, "phone": f"marker {c.id}"} for c in s.query(Customer)])
        s.commit()
        s.delete(s.query(Customer).filter_by(name="Cyd").one())
        s.commit()
        say("server side cursor", [c.email for c in s.query(Customer).order_by(Customer.id).yield_per(2)])
        say("last", [[c.plain(), [o.plain() for o in c.orders]] for c in s.query(Customer).order_by(Customer.id)])


engine = sa.create_engine(os.environ["DATABASE_URL"].replace("postgres://", "postgresql+psycopg2://", 1))
if sys.argv[1] == "migrate":
    Base.metadata.create_all(engine)
else:
    run(engine)

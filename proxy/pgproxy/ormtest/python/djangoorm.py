"""Django's ORM on psycopg2: models with migrations made by its own schema editor."""
import os
import sys
from datetime import date
from urllib.parse import parse_qs, urlparse

import django
from django.conf import settings

from say import say

url = urlparse(os.environ["DATABASE_URL"])
options = {k: v[0] for k, v in parse_qs(url.query).items()}
settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "HOST": url.hostname, "PORT": url.port,
        "USER": url.username, "PASSWORD": url.password, "OPTIONS": options}},
    INSTALLED_APPS=["shop"], DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True)
django.setup()

from django.db import IntegrityError, connection, transaction  # noqa: E402
from django.db.models import Count, F, Prefetch, Q, Sum  # noqa: E402
from shop.models import Customer, Order  # noqa: E402


def migrate():
    with connection.schema_editor() as editor:
        editor.create_model(Customer)
        editor.create_model(Order)


def run():
    ada = Customer.objects.create(name="Control Ada", email="marker-ada@example.com", phone="marker 1", born=date(2077, 1, 2), points=773701)
    say("created", ada.plain())
    made = Customer.objects.bulk_create([Customer(name="Bob", email="marker-bob@example.com"), Customer(name="Cyd", phone="marker 3", points=773703)])
    say("bulk", [c.plain() for c in made])
    every = Customer.objects.order_by("id")
    say("all", [c.plain() for c in every])
    say("get", Customer.objects.get(name="Bob").plain())
    say("values", list(every.values("email", "born")))
    say("values_list", list(every.values_list("email", flat=True)))
    say("only", [c.email for c in every.only("email")])
    say("defer", [c.name for c in every.defer("email")])
    say("filter", [c.plain() for c in every.filter(Q(name="Bob") | Q(email__isnull=True))])
    say("page", [c.plain() for c in every[1:2]])
    say("count", [Customer.objects.count(), Customer.objects.filter(phone=None).exists()])
    ada.email, ada.phone = "marker-ada2@example.com", None
    ada.save()
    say("saved", Customer.objects.get(pk=ada.pk).plain())
    ada.email = "marker-ada3@example.com"
    ada.save(update_fields=["email"])
    ada.refresh_from_db()
    say("refreshed", ada.plain())
    say("update", Customer.objects.filter(name="Bob").update(email="marker-bob2@example.com", born=date(2077, 3, 4)))
    say("update_or_create", [c.plain() if hasattr(c, "plain") else c for c in Customer.objects.update_or_create(name="Bob", defaults={"email": "marker-bob3@example.com"})])
    say("get_or_create", [c.plain() if hasattr(c, "plain") else c for c in Customer.objects.get_or_create(name="Dan", defaults={"email": "marker-dan@example.com"})])
    Customer.objects.bulk_create([Customer(name="Bob", email="marker-bob4@example.com")], ignore_conflicts=True)
    for n in (1, 2, 3):
        ada.orders.create(total=n, remark=f"marker order {n}")
    say("related", [o.plain() for o in ada.orders.order_by("id")])
    say("select_related", [[o.remark, o.customer.email] for o in Order.objects.select_related("customer").order_by("id")])
    say("prefetch", [[c.email, [o.remark for o in c.orders.all()]] for c in every.prefetch_related(Prefetch("orders", Order.objects.order_by("id")))])
    say("through relation", [c.plain() for c in every.filter(orders__total=2)])
    say("aggregate", Order.objects.aggregate(total=Sum("total"), remarks=Count("remark")))
    say("F", Order.objects.update(total=F("total") + 1))
    say("in subquery", [c.email for c in every.filter(id__in=Order.objects.values("customer_id"))])
    with transaction.atomic():
        gil = Customer.objects.create(name="Gil", email="marker-gil@example.com")
        try:
            with transaction.atomic():
                Customer.objects.create(name="Bob", email="marker-dup@example.com")
        except IntegrityError as e:
            say("savepoint", e.__cause__.pgcode)
        say("locked", Customer.objects.select_for_update().get(pk=gil.pk).plain())
    try:
        with transaction.atomic():
            Customer.objects.create(name="Hal", email="marker-hal@example.com")
            raise RuntimeError("rolled back")
    except RuntimeError as e:
        say(str(e), Customer.objects.filter(name="Hal").exists())
    say("iterator", [c.email for c in every.iterator(chunk_size=2)])
    say("deleted", Customer.objects.filter(name="Cyd").delete())
    say("cascade", ada.delete())
    say("last", [c.plain() for c in every])


migrate() if sys.argv[1] == "migrate" else run()

from django.db import models


class Customer(models.Model):
    tenant_id = models.CharField(max_length=50, default="acme")
    name = models.CharField(max_length=100, unique=True)
    email = models.CharField(max_length=255, null=True)
    phone = models.TextField(null=True)
    born = models.DateField(null=True)
    points = models.BigIntegerField(null=True)

    class Meta:
        db_table = "customers"

    def plain(self):
        return [self.id, self.name, self.email, self.phone, self.born, self.points]


class Order(models.Model):
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="orders")
    tenant_id = models.CharField(max_length=50, default="acme")
    total = models.DecimalField(max_digits=10, decimal_places=2)
    remark = models.TextField(null=True)

    class Meta:
        db_table = "orders"

    def plain(self):
        return [self.id, self.customer_id, self.total, self.remark]

create table customers (
  id serial primary key,
  tenant_id varchar(50) not null default 'acme',
  name varchar(100) unique,
  email varchar(255),
  phone text,
  born date,
  points bigint
);

create table orders (
  id serial primary key,
  customer_id int references customers,
  tenant_id varchar(50) not null default 'acme',
  total numeric(10,2),
  remark text
);

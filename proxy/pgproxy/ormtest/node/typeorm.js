'use strict';
require('reflect-metadata');
const {DataSource, EntitySchema, In, IsNull, Like} = require('typeorm');
const {say} = require('./say');

const Customer = new EntitySchema({
  name: 'Customer', tableName: 'customers',
  columns: {
    id: {type: 'int', primary: true, generated: true},
    tenantId: {name: 'tenant_id', type: 'varchar', default: 'acme'},
    name: {type: 'varchar', unique: true, nullable: true},
    email: {type: 'varchar', nullable: true},
    phone: {type: 'text', nullable: true},
    born: {type: 'date', nullable: true},
    points: {type: 'bigint', nullable: true},
  },
  relations: {orders: {type: 'one-to-many', target: 'Order', inverseSide: 'customer', cascade: true}},
});
const Order = new EntitySchema({
  name: 'Order', tableName: 'orders',
  columns: {
    id: {type: 'int', primary: true, generated: true},
    tenantId: {name: 'tenant_id', type: 'varchar', default: 'acme'},
    total: {type: 'numeric', precision: 10, scale: 2, nullable: true},
    remark: {type: 'text', nullable: true},
  },
  relations: {customer: {type: 'many-to-one', target: 'Customer', inverseSide: 'orders', joinColumn: {name: 'customer_id'}, onDelete: 'CASCADE'}},
});

const db = new DataSource({type: 'postgres', url: process.env.DATABASE_URL, entities: [Customer, Order], installExtensions: false});

async function run() {
  const customers = db.getRepository(Customer);
  const orders = db.getRepository(Order);
  const ada = await customers.save({tenantId: 'acme', name: 'Control Ada', email: 'marker-ada@example.com', phone: 'marker 1', born: '2077-01-02', points: '773701'});
  say('save', ada);
  say('several', await customers.save([{tenantId: 'acme', name: 'Bob', email: 'marker-bob@example.com'}, {tenantId: 'acme', name: 'Cyd', phone: 'marker 3', points: '773703'}]));
  say('insert', (await customers.insert({tenantId: 'acme', name: 'Dan', email: 'marker-dan@example.com'})).identifiers);
  say('all', await customers.find({order: {id: 'ASC'}}));
  say('one', await customers.findOneBy({name: 'Bob'}));
  say('some', await customers.find({select: {email: true, born: true}, where: {name: In(['Bob', 'Control Ada'])}, order: {name: 'ASC'}}));
  say('null', await customers.findBy({email: IsNull()}));
  say('page', await customers.findAndCount({order: {id: 'ASC'}, skip: 1, take: 2}));
  say('like', await customers.findBy({name: Like('Control%')}));
  ada.email = 'marker-ada2@example.com';
  ada.phone = null;
  await customers.save(ada);
  say('saved', await customers.findOneByOrFail({id: ada.id}));
  say('update', await customers.update({name: 'Cyd'}, {email: 'marker-cyd@example.com', born: '2077-07-07'}));
  say('upsert', (await customers.upsert([{tenantId: 'acme', name: 'Bob', email: 'marker-bob2@example.com'}, {tenantId: 'acme', name: 'Eve', email: 'marker-eve@example.com'}], ['name'])).identifiers);
  await customers.save({tenantId: 'acme', name: 'Fay', email: 'marker-fay@example.com',
    orders: [{tenantId: 'acme', total: '1.50', remark: 'marker first'}, {tenantId: 'acme', total: '2', remark: 'marker second'}]});
  await orders.save({tenantId: 'acme', customer: ada, total: '3', remark: 'marker third'});
  say('relations', await customers.find({relations: {orders: true}, order: {id: 'ASC', orders: {id: 'ASC'}}}));
  say('belongs to', await orders.find({relations: {customer: true}, order: {id: 'ASC'}}));
  say('where on relation', await customers.find({where: {orders: {total: '3'}}, relations: {orders: true}}));
  say('page of relation', await customers.find({relations: {orders: true}, order: {id: 'ASC'}, take: 2}));
  say('builder', await customers.createQueryBuilder('c').leftJoinAndSelect('c.orders', 'o').where('c.name = :name', {name: 'Fay'}).orderBy('o.id').getOne());
  say('raw', await customers.createQueryBuilder('c').select(['c.email AS mail', 'c.points AS points']).orderBy('c.id').getRawMany());
  say('returning', (await customers.createQueryBuilder().update().set({points: '773709'}).where('name = :name', {name: 'Bob'}).returning(['email', 'points']).execute()).raw);
  await db.transaction(async (m) => {
    await m.save(Customer, {tenantId: 'acme', name: 'Gil', email: 'marker-gil@example.com'});
    await m.update(Customer, {name: 'Gil'}, {phone: 'marker 7'});
  });
  await db.transaction(async (m) => {
    await m.save(Customer, {tenantId: 'acme', name: 'Hal', email: 'marker-hal@example.com'});
    throw new Error('rolled back');
  }).catch((e) => say('rolled back', e.message));
  say('removed', (await customers.remove(await customers.findBy({name: 'Dan'}))).map((c) => c.email));
  say('deleted', await customers.delete({name: 'Cyd'}));
  say('count', [await customers.count(), await customers.countBy({phone: IsNull()}), await customers.existsBy({name: 'Hal'})]);
  say('duplicate', await customers.insert({tenantId: 'acme', name: 'Bob', email: 'marker-dup@example.com'}).catch((e) => e.code));
  say('last', await customers.find({relations: {orders: true}, order: {id: 'ASC', orders: {id: 'ASC'}}}));
}

db.initialize().then(() => (process.argv[2] === 'migrate' ? db.synchronize() : run())).then(() => db.destroy()).catch((e) => {
  console.error(e);
  process.exit(1);
});

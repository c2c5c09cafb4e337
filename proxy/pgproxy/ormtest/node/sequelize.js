'use strict';
const {Sequelize, DataTypes} = require('sequelize');
const {say} = require('./say');

const db = new Sequelize(process.env.DATABASE_URL, {logging: false});

const Customer = db.define('Customer', {
  id: {type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true},
  tenantId: {type: DataTypes.STRING, field: 'tenant_id', defaultValue: 'acme'},
  name: {type: DataTypes.STRING, unique: true},
  email: DataTypes.STRING,
  phone: DataTypes.TEXT,
  born: DataTypes.DATEONLY,
  points: DataTypes.BIGINT,
}, {tableName: 'customers', timestamps: false});

const Order = db.define('Order', {
  id: {type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true},
  tenantId: {type: DataTypes.STRING, field: 'tenant_id', defaultValue: 'acme'},
  total: DataTypes.DECIMAL(10, 2),
  remark: DataTypes.TEXT,
}, {tableName: 'orders', timestamps: false});

Customer.hasMany(Order, {foreignKey: 'customer_id', as: 'orders'});
Order.belongsTo(Customer, {foreignKey: 'customer_id', as: 'customer'});

async function run() {
  const ada = await Customer.create({name: 'Control Ada', email: 'marker-ada@example.com', phone: 'marker 1', born: '2077-01-02', points: 773701});
  say('create', ada);
  say('bulk', await Customer.bulkCreate([
    {name: 'Bob', email: 'marker-bob@example.com', points: 773702},
    {name: 'Cyd', phone: 'marker 3', born: '2077-03-04'},
  ]));
  say('by key', await Customer.findByPk(ada.id));
  say('by name', await Customer.findOne({where: {name: 'Bob'}}));
  say('all', await Customer.findAll({order: [['id', 'ASC']]}));
  say('some columns', await Customer.findAll({attributes: ['email', 'born'], order: [['name', 'ASC']]}));
  say('page', await Customer.findAll({order: [['id', 'ASC']], limit: 1, offset: 1}));
  say('with null', await Customer.findAll({where: {email: null}, order: ['id']}));
  say('count', await Customer.count());
  say('count of a column', await Customer.count({col: 'email'}));
  say('find and count', await Customer.findAndCountAll({where: {name: ['Bob', 'Cyd']}, order: ['id']}));

  ada.email = 'marker-ada2@example.com';
  ada.phone = null;
  await ada.save();
  say('saved', await ada.reload());
  say('updated', await Customer.update({email: 'marker-x@example.com', points: 773709}, {where: {name: ['Bob', 'Cyd']}, returning: true}));
  say('upsert', await Customer.upsert({name: 'Bob', email: 'marker-bob3@example.com', born: '2077-05-06'}, {conflictFields: ['name']}));
  say('upsert anew', (await Customer.upsert({name: 'Dan', email: 'marker-dan@example.com'}, {conflictFields: ['name']}))[0].email);
  // findOrCreate writes the values into the body of a function, which is refused; findCreateFind does the same in plain statements.
  say('found or created', await Customer.findCreateFind({where: {name: 'Eve'}, defaults: {email: 'marker-eve@example.com'}}));
  say('bulk upsert', await Customer.bulkCreate([{id: 1, name: 'Control Ada', email: 'marker-ada4@example.com'}, {id: 77, name: 'Fay', email: 'marker-fay@example.com'}],
    {updateOnDuplicate: ['email']}));

  await ada.createOrder({total: '12.50', remark: 'marker first'});
  await Order.bulkCreate([{customer_id: ada.id, total: 3, remark: 'marker second'}, {customer_id: ada.id, total: 4}]);
  say('included', await Customer.findAll({include: {model: Order, as: 'orders'}, order: [['id', 'ASC'], ['orders', 'id', 'ASC']]}));
  say('belongs to', await Order.findAll({include: 'customer', order: ['id']}));
  say('joined where', await Customer.findAll({include: {model: Order, as: 'orders', where: {total: 3}}}));
  say('separate', await Customer.findAll({include: {model: Order, as: 'orders', separate: true, order: ['id']}, order: ['id']}));
  say('limited include', await Customer.findAll({include: {model: Order, as: 'orders'}, order: [['id', 'ASC'], ['orders', 'id', 'ASC']], limit: 2}));

  await db.transaction(async (transaction) => {
    await Customer.create({name: 'Gil', email: 'marker-gil@example.com'}, {transaction});
    await Customer.update({phone: 'marker 7'}, {where: {name: 'Gil'}, transaction});
  });
  await db.transaction(async (transaction) => {
    await Customer.create({name: 'Hal', email: 'marker-hal@example.com'}, {transaction});
    throw new Error('rolled back');
  }).catch((e) => say('rolled back', e.message));
  say('after transactions', await Customer.findAll({order: [['id', 'ASC']]}));

  say('incremented', await Order.increment('total', {by: 1, where: {remark: null}}));
  say('deleted', await Order.destroy({where: {total: 3}}));
  await ada.destroy({cascade: true}).catch((e) => say('refused by a foreign key', e.name));
  say('duplicate', await Customer.create({name: 'Bob', email: 'marker-dup@example.com'}).catch((e) => e.name));
  say('last', await Customer.findAll({include: 'orders', order: ['name', ['orders', 'id', 'ASC']]}));
}

(process.argv[2] === 'migrate' ? db.sync({alter: true}) : run()).then(() => db.close()).catch((e) => {
  console.error(e);
  process.exit(1);
});

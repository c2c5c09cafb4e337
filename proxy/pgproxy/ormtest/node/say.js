// Prints one step of the scenario as a line of JSON. Dates are printed as days, big integers and numerics as text.
'use strict';

exports.say = (step, value) => {
  const plain = JSON.parse(JSON.stringify(value ?? null, (key, v) => (typeof v === 'bigint' ? v.toString() : v)));
  console.log(JSON.stringify({step, value: plain}));
};

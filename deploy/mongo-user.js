// The user of the API, made once, when the database is made: it may read and write its own database and no other, and ask
// for the members of the set (for `crm-server doctor`).
db.getSiblingDB('crm').createUser({
  user: 'crm',
  pwd: process.env.CRM_PASSWORD,
  roles: [
    { role: 'readWrite', db: 'crm' },
    { role: 'clusterMonitor', db: 'admin' },
  ],
});

// PostGraphile over the tables of a database as it finds them; the environment says which database and which port.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { PEER_PORT, PEER_DATABASE_HOST, PEER_DATABASE_PORT, PEER_DATABASE_NAME, PEER_DATABASE_USER } = process.env;

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  disablePlugins: ["PgIndexBehaviorsPlugin"], // it hides columns that it finds no plain index of
  pgServices: [
    makePgService({
      schemas: ["public"],
      poolConfig: {
        host: PEER_DATABASE_HOST,
        port: Number(PEER_DATABASE_PORT),
        database: PEER_DATABASE_NAME,
        user: PEER_DATABASE_USER,
        password: process.env.PEER_DATABASE_PASSWORD || undefined,
        max: 10,
      },
    }),
  ],
  grafserv: { graphiql: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(PEER_PORT), "127.0.0.1");

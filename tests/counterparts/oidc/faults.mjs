// oauth2-mock-server, whose token answers can be spoilt: POST /spoil says how the next ones look, GET /seen how many
// were asked for. What is not spoilt is its own answer.
import { createServer } from "node:http";

import { Events, OAuth2Server } from "oauth2-mock-server";

const { port } = JSON.parse(process.argv[2]);
const server = new OAuth2Server();
await server.issuer.keys.generate("RS256");
server.issuer.url = `http://127.0.0.1:${port}`;

let spoilt = null;
let asked = 0;

server.service.on(Events.BeforeResponse, (answer) => {
  if (!spoilt) return;
  for (const name of spoilt.without ?? []) delete answer.body[name];
  Object.assign(answer.body, spoilt.with ?? {});
  if (spoilt.status) answer.statusCode = spoilt.status;
});

function read(request, use) {
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => use(text));
}

createServer((request, response) => {
  const json = (body) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  if (request.url === "/spoil") {
    read(request, (text) => {
      spoilt = JSON.parse(text);
      json({});
    });
  } else if (request.url === "/seen") {
    json({ asked });
  } else if (request.url === "/token") {
    asked += 1;
    const raw = spoilt?.raw;
    const go = () => {
      if (!raw) return server.service.requestHandler(request, response);
      // Read to its end first: a connection that is closed with something unread is reset, and the answer is lost.
      read(request, () => {
        response.writeHead(raw.status ?? 200, raw.headers ?? {});
        response.end("repeat" in raw ? raw.body.repeat(raw.repeat) : raw.body);
      });
    };
    spoilt?.delayMs ? setTimeout(go, spoilt.delayMs) : go();
  } else {
    server.service.requestHandler(request, response);
  }
}).listen(port, "127.0.0.1");

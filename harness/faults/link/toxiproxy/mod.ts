/** Links ruled by Toxiproxy's HTTP API. */
export { listenPlace } from "./address.ts";
export { ApiError } from "./api_error.ts";
export { type ProxyInput, type ProxyMessage, readProxies, type ToxicInput } from "./messages.ts";
export { openToxiproxyServer, type ToxiproxyServer, type ToxiproxyServerOptions } from "./server.ts";

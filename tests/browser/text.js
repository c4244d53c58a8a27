/* Prints what a reader of the page sees, shadow trees included. usage: node text.js URL */
import { launch } from './chromium.js'

const browser = await launch()
const page = await browser.newPage()
await page.goto(process.argv[2])
await page.waitForFunction(() => [...document.querySelectorAll('scip-hub-list, scip-hub-map, scip-headline, scip-events, scip-documents, scip-metrics, scip-news')].every((element) => element.scrollIntoView() || element.matches(':state(ready), :state(stale), :state(error)')))
console.log(await page.evaluate(() => {
  const text = (node) => [...(node.shadowRoot ?? node).childNodes].map((child) => (child.nodeType === 3 ? child.data : child.nodeName === 'STYLE' ? '' : text(child))).join(' ')
  return text(document.body)
}))
await browser.close()

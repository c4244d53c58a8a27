/* Prints what a reader of the page sees, shadow trees included. usage: node text.js URL */
import { chromium } from 'playwright-core'

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
const page = await browser.newPage()
await page.goto(process.argv[2])
await page.waitForFunction(() => [...document.querySelectorAll('scip-hub-list, scip-hub-map, scip-headline, scip-events, scip-documents, scip-metrics')].every((element) => element.matches(':state(ready), :state(stale), :state(error)')))
console.log(await page.evaluate(() => {
  const text = (node) => [...(node.shadowRoot ?? node).childNodes].map((child) => (child.nodeType === 3 ? child.data : child.nodeName === 'STYLE' ? '' : text(child))).join(' ')
  return text(document.body)
}))
await browser.close()

/* Chromium as all tests have it: without a window, asking nobody on its own. */
import { chromium } from 'playwright-core'

export const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})

// A page in headless Chromium. Every request to another host is refused and counted, every complaint of the console kept.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function withPage(base, executablePath, act) {
  const profile = mkdtempSync(path.join(tmpdir(), 'creatorgraph-browser-'));
  const browser = await chromium.launchPersistentContext(profile, { executablePath, headless: true, viewport: { width: 1440, height: 900 }, args: ARGUMENTS });
  const outside = [];
  const complaints = [];
  try {
    const page = await browser.newPage();
    await page.route('**/*', (route) => {
      const asked = new URL(route.request().url());
      if (asked.origin === base || ['data:', 'blob:'].includes(asked.protocol)) return route.continue();
      outside.push(asked.href);
      return route.abort();
    });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await act(page, outside, complaints);
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

// SPDX-License-Identifier: GPL-3.0-or-later
// What a browser made of a page of contrib/weekly-review; run in it by tests/weekly_review.sh, which judges the answer.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const text = (element) => element.textContent.trim();
const line = (element) => {
	const [state, ...rest] = text(element).split(': ');
	return { state, text: rest.join(': ') };
};

// Contrast of text with the nearest background that is not transparent (WCAG 2).
const channels = (color) => color.match(/[\d.]+/g).map(Number);
const luminance = (color) => {
	const [r, g, b] = channels(color).slice(0, 3).map((c) => {
		const share = c / 255;
		return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const background = (element) => {
	for (let e = element; e; e = e.parentElement) {
		const color = getComputedStyle(e).backgroundColor;
		const alpha = channels(color)[3];
		if (alpha === undefined || alpha === 1) return color;
	}
	return 'rgb(255, 255, 255)';
};
const contrast = (element) => {
	const pair = [luminance(getComputedStyle(element).color), luminance(background(element))].sort((a, b) => b - a);
	return (pair[0] + 0.05) / (pair[1] + 0.05);
};
const with_text = all('body *').filter((e) => e.tagName !== 'SCRIPT' && !e.closest('.hidden') && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()));
const faintest = with_text.map((e) => ({ ratio: contrast(e), what: e.tagName + '.' + e.className })).sort((a, b) => a.ratio - b.ratio)[0];

return {
	title: document.title,
	lang: document.documentElement.lang,
	tenants: all('.tenant').map((tenant) => ({
		name: text(tenant.querySelector('h2')),
		counts: all('.counts li', tenant).map(text),
		news: text(tenant.querySelector('.news')),
		index: all('.index a', tenant).map((a) => ({ ...line(a), found: Boolean(document.getElementById(a.getAttribute('href').slice(1))) })),
		items: all('.item', tenant).map((item) => ({
			check: item.dataset.check,
			heading: text(item.querySelector('h3')),
			state: text(item.querySelector('.pill')),
			was: item.querySelector('.was')?.textContent ?? null,
			bars: item.querySelector('.bars')?.getAttribute('aria-label') ?? null,
			summary: text(item.querySelector('.summary')),
			lines: all('.lines li', item).map(line),
			folded: all('details .lines li', item).length,
			advice: all('.do dd', item).map(text),
			guide: item.querySelector('.where a')?.href ?? null,
			metrics: all('.metrics tbody tr', item).map((row) => ({
				label: row.querySelector('th').firstChild.data,
				now: text(row.querySelector('.now')),
				change: row.querySelector('.change')?.textContent ?? null,
				spark: row.querySelector('.spark')?.getAttribute('aria-label') ?? null,
			})),
		})),
	})),
	data: JSON.parse(document.getElementById('review-data').textContent),
	too_wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
	cut_off: all('main *').filter((e) => !e.closest('svg, .hidden, .overview') && e.getBoundingClientRect().right > innerWidth + 0.5).map((e) => e.tagName + '.' + e.className),
	scripts: all('script').map((e) => e.type),
	handlers: all('*').flatMap((e) => e.getAttributeNames().filter((name) => /^on|^style$/.test(name))),
	foreign: all('img, iframe, object, embed, form, base, audio, video, use').map((e) => e.tagName),
	links: [...new Set(all('a, link').map((e) => e.getAttribute('href')).filter((href) => !href.startsWith('#')).map((href) => href.split(/[,?]|(?<=[a-z])\//)[0]))].sort(),
	pwned: window.pwned ?? null,
	faintest,
	unnamed: all('svg').filter((e) => !(e.getAttribute('aria-hidden') === 'true' || (e.getAttribute('role') === 'img' && e.getAttribute('aria-label')))).length,
	tables: all('table').every((e) => e.caption && all('thead th', e).every((th) => th.scope === 'col') && all('tbody tr', e).every((tr) => tr.querySelector('th').scope === 'row')),
	headings: all('h1, h2, h3, h4').map((e) => Number(e.tagName[1])).every((level, i, levels) => (i ? level <= levels[i - 1] + 1 : level === 1)),
	dark: matchMedia('(prefers-color-scheme: dark)').matches,
	height: document.documentElement.scrollHeight,
};

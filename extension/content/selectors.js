// Every place on a LinkedIn page that Candor looks at: the one file to mend when LinkedIn changes. None depends on a label's
// text (pages come in every language) nor on a hashed class name. Each: selector, kinds of page, month or year last known
// ("report": undated), matches expected.

/** @satisfies {Record<string, [css: string, pages: string, seen: string, matches: string]>} */
const EVIDENCE = {
  pageKey: ['meta[name="pageKey"]', 'public, wall, guest home', 'report', '1'],
  canonical: ['link[rel="canonical"][href], meta[property="og:url"][content]', 'public', 'report', '1 or 2'],
  jsonLd: ['script[type="application/ld+json"]', 'public', '2026', '1, Person or @graph'],
  firstName: ['meta[property="profile:first_name"]', 'public', '2026', '0 or 1'],
  lastName: ['meta[property="profile:last_name"]', 'public', '2026', '0 or 1'],
  ogTitle: ['meta[property="og:title"]', 'public', '2026', '1'],
  publicName: ['h1.top-card-layout__title', 'public', '2026', '1'],
  publicHeadline: ['.top-card-layout__headline', 'public', 'report', '0 or 1'],
  joinForm: ['[class*="authwall-"], form.join-form, input[name^="session_"]', 'wall, guest home, public', 'report', '1+'],
  notFound: ['[data-test-not-found-error-container], .not-found__header', 'not-found, signed in', 'report', '1'],
  request: ['code[id^="datalet-bpr-guid-"]', 'classic, sales', '2026-05', '10 to 40'],
  answer: ['code[id^="bpr-guid-"]', 'classic, sales', '2026-05', '10 to 40'],
  classicShell: ['code[id^="bpr-guid-"], .application-outlet, .scaffold-layout, .pv-top-card', 'classic', '2026-05', '1+'],
  serverShell: ['[data-sdui-screen], [componentkey]', 'server', '2026-10', '50+'],
  topCard: ['[componentkey$="Topcard"]', 'server', '2026', '1, has the id'],
  stranger: ['[componentkey*="SuggestedForYou"], [role="dialog"], dialog, aside', 'all', '2026', 'any'],
  contactLink: [':is(main, [role="main"]) a[href*="/overlay/contact-info"]', 'classic, server', '2022 to 2026', '1'],
  main: ['main, [role="main"]', 'classic, server', '2026', '1'],
  heading: ['h1, h2', 'classic, server', '2026', '1 by the link'],
  classicHeadline: ['.text-body-medium.break-words', 'classic', 'report', '1 in the top card'],
  unseen: ['button, svg, style, script, .visually-hidden, [hidden]', 'all', 'report', 'any'],
  markedTitle: [
    'h1[data-anonymize="person-name"], [data-x--lead--name], #profile-container [data-test-row-lockup-full-name]',
    'sales, recruiter', 'report', '1',
  ],
  mark: ['[data-anonymize="person-name"], [data-test-row-lockup-full-name]', 'sales, recruiter', '2026', '1 a person in sight'],
  markedHeadline: ['[data-anonymize="headline"], [data-test-row-lockup-headline]', 'sales, recruiter', '2026', '1 in the own card'],
};

/** @type {Readonly<Record<keyof typeof EVIDENCE, string>>} */
const Selectors = /** @type {any} */ (Object.fromEntries(Object.entries(EVIDENCE).map(([name, [css]]) => [name, css])));

/** @type {any} */ (globalThis).Selectors = Selectors;

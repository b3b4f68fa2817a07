/** Mild sentences, written for these tests, in the four languages and in none. */
export const samples: readonly { text: string; language?: string }[] = [
  { text: 'The city council opens the new library on Monday morning.', language: 'en' },
  { text: 'Our bakery is looking for two people who like to get up early.', language: 'en' },
  { text: 'La bibliothèque du quartier ferme ses portes à dix-huit heures.', language: 'fr' },
  { text: 'Wir treffen uns am Samstag zum Wandern, bitte bringt Regenjacken mit.', language: 'de' },
  { text: 'تفتح المكتبة الجديدة أبوابها صباح يوم الاثنين', language: 'ar' },
  { text: 'Free concert in the park tonight!!! 🎻🎻 https://example.org @everyone' },
  { text: 'Pociąg dziś znowu opóźniony', language: 'pl' },
  { text: '' },
  { text: '   …   ' },
  { text: 'x' },
  { text: 'A sentence about tomatoes. '.repeat(400), language: 'en' },
];

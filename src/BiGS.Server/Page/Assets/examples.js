// Sentences to begin with; mask: numbers of the words that are masked.

export const examples = [
  { text: 'The river flows into the sea.', mask: '1,5', language: 'en' },
  { text: 'The keys to the old wooden cabinet are on the table.', mask: '7', language: 'en' },
  { text: 'Mary Smith flew from Paris to New York on Monday.', mask: '2', language: 'en' },
  { text: 'The film was slow, but I loved every minute of it.', mask: '6', language: 'en' },
  { text: 'She opened the [MASK] and read the first page.', mask: '', language: 'en' },
  { text: 'النهر يجري إلى البحر.', mask: '3', language: 'ar' },
];

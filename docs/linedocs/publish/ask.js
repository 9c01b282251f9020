// How a question is put to the theme's index: word by word, each as the site writes it.
// A word that no page holds is looked for as a beginning, as two words, and as a slip of the keys.
const SAYS = new Set(["no", "nor", "not", "why"]); // lunr would leave them out
const EVERYWHERE = new Set(["py", "torch", "pytorch"]);
const NUMBER = /^\d[\d.ex]*$/; // those of a pasted message are its reader's own

function words(text) {
  const all = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu))];
  const tells = (word) => !NUMBER.test(word) && !EVERYWHERE.has(word) && (SAYS.has(word) || lunr.stopWordFilter(word));
  const said = all.filter(tells);
  return said.length ? said : all;
}

lunr.QueryParser = class {
  constructor(text, query) {
    Object.assign(this, { text, query });
  }

  parse() {
    words(this.text).forEach((word) => this.query.term(word));
  }
};

const stem = (word) => String(lunr.stemmer(new lunr.Token(word)));

class Vocabulary {
  constructor({ invertedIndex, tokenSet }) {
    this.terms = Object.keys(invertedIndex);
    this.known = new Set(this.terms);
    this.tokens = tokenSet;
    this.families = {};
    for (const term of this.terms) (this.families[stem(term)] ??= []).push(term);
  }

  find(word) {
    const ways = [this.family, this.beginning, this.halves, this.slips];
    return ways.reduce((found, way) => (found.length ? found : way.call(this, word)), []);
  }

  family(word) {
    return this.families[stem(word)] ?? [];
  }

  beginning(word) {
    return this.terms.filter((term) => term.startsWith(word));
  }

  halves(word) {
    for (let at = 2; at < word.length - 1; at++) {
      const parts = [word.slice(0, at), word.slice(at)];
      if (parts.every((part) => this.known.has(part))) return parts;
    }
    return [];
  }

  slips(word) {
    const near = (count) => this.tokens.intersect(lunr.TokenSet.fromFuzzyString(word, count)).toArray();
    const one = word.length > 3 ? near(1) : [];
    return one.length || word.length < 7 ? one : near(2);
  }
}

lunr.Index.prototype.search = function (text) {
  this.vocabulary ??= new Vocabulary(this);
  const asked = new Map();
  for (const word of words(text)) {
    for (const term of this.vocabulary.find(word)) asked.set(term, word);
  }
  const results = asked.size
    ? this.query((query) => {
        for (const term of asked.keys()) query.term(term, { usePipeline: false });
      })
    : []; // lunr would find everything
  for (const { matchData } of results) {
    const named = {}; // by the word that was typed, which the theme looks for
    for (const [term, fields] of Object.entries(matchData.metadata)) {
      const held = (named[asked.get(term)] ??= {});
      for (const [field, { position }] of Object.entries(fields)) {
        held[field] = { position: [...(held[field]?.position ?? []), ...position] };
      }
    }
    matchData.metadata = named;
  }
  return results;
};

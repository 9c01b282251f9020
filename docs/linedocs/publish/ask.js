// How a question is put to the theme's index: word by word, as the site writes each of them.
const SAYS = new Set(["no", "nor", "not", "why"]); // among the words that lunr says tell nothing
const EVERYWHERE = new Set(["py", "torch", "pytorch"]);
const WORD = /\p{sc=Han}+|(?:(?!\p{sc=Han})[\p{L}\p{N}])+/gu;
const NUMBER = /^\d[\d.ex]*$/; // the sizes in a pasted message are its reader's own

// lunr keeps two ends of words as one if their digits run together, 1 and 23 like 12 and 3, and
// then finds words that no page holds, and fails.
lunr.TokenSet.prototype.toString = function () {
  return (this._str ??= [this.final, ...Object.keys(this.edges).sort().map((label) => label + this.edges[label].id)].join());
};

function words(text) {
  const all = [...new Set(text.toLowerCase().match(WORD))];
  const tells = (word) =>
    SAYS.has(word) || (lunr.stopWordFilter(word) && !EVERYWHERE.has(word) && !NUMBER.test(word));
  const telling = all.filter(tells);
  return telling.length ? telling : all;
}

// The theme lists the words that a result lacks; what is pasted may look like lunr's own signs.
lunr.QueryParser = class {
  constructor(text, query) {
    Object.assign(this, { text, query });
  }

  parse() {
    words(this.text).forEach((word) => this.query.term(word));
  }
};

const stem = (word) => String(lunr.stemmer(new lunr.Token(word)));

// The words of the site. One that it does not know is the beginning of one, two in one, or a slip.
class Vocabulary {
  constructor({ invertedIndex, tokenSet }) {
    this.words = Object.keys(invertedIndex);
    this.tokens = tokenSet;
    this.families = {};
    for (const word of this.words) (this.families[stem(word)] ??= []).push(word);
  }

  find(word) {
    const ways = [this.family, this.beginning, this.halves, this.slips];
    return ways.reduce((found, way) => (found.length ? found : way.call(this, word)), []);
  }

  family(word) {
    return this.families[stem(word)] ?? [];
  }

  beginning(word) {
    return this.words.filter((known) => known.startsWith(word));
  }

  halves(word) {
    for (let at = 3; at <= word.length - 3; at++) {
      const halves = [this.family(word.slice(0, at)), this.family(word.slice(at))];
      if (halves.every((half) => half.length)) return halves.flat();
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
    for (const known of this.vocabulary.find(word)) asked.set(known, word);
  }
  if (!asked.size) return []; // lunr would find everything
  const results = this.query((query) => {
    for (const [known, word] of asked) query.term(known, { boost: known === word ? 1 : 0.5, usePipeline: false });
  });
  const count = new Set(asked.values()).size;
  for (const result of results) {
    const { matchData, ref } = result;
    const found = {}; // by the word that was typed, which the theme looks for
    for (const [known, fields] of Object.entries(matchData.metadata)) {
      const word = (found[asked.get(known)] ??= {});
      for (const [field, { position }] of Object.entries(fields)) {
        (word[field] ??= { position: [] }).position.push(...position);
      }
    }
    matchData.metadata = found;
    // Who says two things means both; and the theme weighs the head of a page 2.5 times a section.
    result.score *= Math.sqrt(Object.keys(found).length / count) / (ref.includes("#") ? 1 : 2.5);
  }
  return results;
};

// Chinese has no spaces. The browser knows its words; the separator of the index has their joints.
const chinese = self.Intl?.Segmenter && new Intl.Segmenter("zh", { granularity: "word" });

function part(text) {
  return text.replace(/\p{sc=Han}+/gu, (run) =>
    ["", ...Array.from(chinese.segment(run), ({ segment }) => segment), ""].join("\u200b"),
  );
}

function partChinese(documents) {
  if (!chinese) return; // then each clause is a word, found by its beginning
  for (const entry of documents) {
    for (const field of ["title", "text"]) entry[field] = part(entry[field]);
    entry.tags = entry.tags?.map(part);
  }
}

// Of what readers ask at a place, a result shows what is nearest to the question.
function nearest(results) {
  const marks = (phrase) => phrase.split("<mark>").length - 1;
  for (const item of results.items.flat()) {
    const most = Math.max(1, ...(item.tags ?? []).map(marks));
    const [phrase] = item.tags?.filter((each) => marks(each) === most) ?? [];
    item.tags = phrase && [phrase];
  }
  return results;
}

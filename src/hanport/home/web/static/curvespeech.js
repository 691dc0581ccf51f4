// Times and power in the words of the page.

const DAY_S = 86_400;

export class Speech {
  constructor(words, language) {
    this.words = words;
    this.names = words.names.split("|");
    const locale = language === "sv" ? "sv-SE" : "en-GB";
    const form = (parts) => new Intl.DateTimeFormat(locale, { timeZone: words.zone, ...parts });
    this.minute = form({ hour: "2-digit", minute: "2-digit" });
    this.second = form({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
    this.day = form({ day: "numeric", month: "short" });
    this.weekday = form({ weekday: "short", day: "numeric", month: "short" });
    this.month = form({ month: "short" });
    this.year = form({ year: "numeric" });
    this.full = form({ day: "numeric", month: "short", year: "numeric" });
    this.locale = locale;
    this.kilo2 = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    this.whole = new Intl.NumberFormat(locale);
  }

  at(seconds) {
    return new Date(seconds * 1000);
  }

  power(watt) {
    if (watt === null) return "–";
    const text = Math.abs(watt) < 10_000 ? `${this.whole.format(watt)}\u00a0W` : `${this.kilo2.format(watt / 1000)}\u00a0kW`;
    return text.replace("-", "−");
  }

  /** A label of the upright axis. */
  kilowatt(watt, decimals) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return (watt / 1000).toLocaleString(this.locale, digits).replace("-", "−");
  }

  span(from, to) {
    const clock = to - from < 600 ? this.second : this.minute;
    const days = [from, to - 1].map((each) => this.full.format(this.at(each)));
    if (to - from >= 2 * DAY_S) return days[0] === days[1] ? days[0] : `${days[0]} – ${days[1]}`;
    const times = [from, to].map((each) => clock.format(this.at(each)));
    if (times.every((time) => time === "00:00") && days[0] === days[1]) return days[0];
    if (days[0] === days[1]) return `${days[0]} ${times[0]}–${times[1]}`;
    return `${days[0]} ${times[0]} – ${days[1]} ${times[1]}`;
  }

  step(seconds) {
    const { saidStep, saidEvery } = this.words;
    if (!seconds || seconds < 60) return saidEvery;
    return saidStep.replace("{}", seconds < 3600 ? `${Math.round(seconds / 60)}\u00a0min` : `${Math.round(seconds / 3600)}\u00a0h`);
  }

  point(data, index, phases) {
    const { saidPower, saidLow, saidHigh } = this.words;
    const at = this.at(data.at[index]);
    const when = `${this.weekday.format(at)} ${(data.step_s >= 60 ? this.minute : this.second).format(at)}`;
    const parts = [`${saidPower} ${this.power(data.power[index])}`];
    if (phases) {
      ["l1", "l2", "l3"].forEach((key, number) => parts.push(`${this.names[number]} ${this.power(data[key][index])}`));
    } else if (data.low[index] !== null && data.low[index] !== undefined) {
      parts.push(`${saidLow} ${this.power(data.low[index])}`, `${saidHigh} ${this.power(data.high[index])}`);
    }
    return `${when}: ${parts.join(" · ")}`;
  }

  /** The labels of the time axis: the finer ones carry the day below them where it is new. */
  times(splits, step) {
    let before = "";
    return splits.map((seconds) => {
      if (seconds === null) return "";
      const at = this.at(seconds);
      if (step >= 300 * DAY_S) return this.year.format(at);
      if (step >= 27 * DAY_S) {
        const year = this.year.format(at);
        const text = this.month.format(at).replace(".", "") + (year === before ? "" : `\n${year}`);
        before = year;
        return text;
      }
      if (step >= DAY_S) return this.day.format(at);
      const day = this.day.format(at);
      const text = (step >= 60 ? this.minute : this.second).format(at) + (day === before ? "" : `\n${day}`);
      before = day;
      return text;
    });
  }
}

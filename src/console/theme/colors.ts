/** The colors of both themes. test/console/contrast.test.ts computes the contrast of every pair that is used. */
export interface Colors {
  /** Of the page, of what lies on it, and of what is raised from that. */
  readonly ground: string;
  readonly card: string;
  readonly inset: string;
  readonly ink: string;
  readonly soft: string;
  /** Between parts; carries no meaning. */
  readonly line: string;
  /** Of controls. */
  readonly edge: string;
  readonly accent: string;
  readonly onAccent: string;
  readonly danger: string;
  readonly onDanger: string;
  readonly good: string;
  readonly goodGround: string;
  readonly bad: string;
  readonly badGround: string;
  readonly warn: string;
  readonly warnGround: string;
  readonly busy: string;
  readonly busyGround: string;
  readonly wait: string;
  readonly waitGround: string;
  readonly idle: string;
  readonly idleGround: string;
}

export const lightColors: Colors = {
  ground: '#f6f7f9',
  card: '#ffffff',
  inset: '#f0f2f5',
  ink: '#171b21',
  soft: '#57606c',
  line: '#dfe3e8',
  edge: '#7c8692',
  accent: '#0b5cd6',
  onAccent: '#ffffff',
  danger: '#b42318',
  onDanger: '#ffffff',
  good: '#11663a',
  goodGround: '#e2f5ea',
  bad: '#a51d14',
  badGround: '#fdebe9',
  warn: '#7a4b00',
  warnGround: '#fff1d0',
  busy: '#0b4fb8',
  busyGround: '#e5effd',
  wait: '#54409e',
  waitGround: '#eeeafb',
  idle: '#4c5561',
  idleGround: '#eaedf1',
};

export const darkColors: Colors = {
  ground: '#0d1014',
  card: '#151a20',
  inset: '#1c222a',
  ink: '#e7ebf0',
  soft: '#9da7b3',
  line: '#2a323b',
  edge: '#76818e',
  accent: '#7db3ff',
  onAccent: '#07182e',
  danger: '#ff8f85',
  onDanger: '#2c0703',
  good: '#74d99f',
  goodGround: '#12301f',
  bad: '#ff9a91',
  badGround: '#3d1714',
  warn: '#f2bd62',
  warnGround: '#36270a',
  busy: '#8abbff',
  busyGround: '#132c50',
  wait: '#c0b2ff',
  waitGround: '#2a2350',
  idle: '#a9b3be',
  idleGround: '#242b34',
};

export const tones = ['good', 'bad', 'warn', 'busy', 'wait', 'idle'] as const;

type Color = keyof Colors;

/** Every text with each ground that it stands on. */
export const textPairs: readonly (readonly [Color, Color])[] = [
  ...(['ground', 'card', 'inset'] as const).flatMap((ground) =>
    (['ink', 'soft', 'accent', 'good', 'bad', 'warn', 'busy', 'wait', 'idle', 'danger'] as const).map(
      (text) => [text, ground] as const,
    ),
  ),
  ...tones.flatMap((tone) => [[tone, `${tone}Ground`] as const, ['ink', `${tone}Ground`] as const]),
  ['onAccent', 'accent'],
  ['onDanger', 'danger'],
];

/** Every line or mark that carries meaning, with its ground. */
export const markPairs: readonly (readonly [Color, Color])[] = (['ground', 'card', 'inset'] as const).flatMap((ground) =>
  (['edge', 'accent', ...tones] as const).map((mark) => [mark, ground] as const),
);

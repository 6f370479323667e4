import { methodName } from './method-text.ts';
import { NOTICE_LEVELS, type Notice, type NoticeCode } from './notice.ts';

export const NOTICE_LANGUAGES = ['en', 'zh-CN'] as const;
export type NoticeLanguage = (typeof NOTICE_LANGUAGES)[number];

type Teller<N extends Notice> = (notice: N, format: NumberTexts) => string;
type Tellers = { readonly [C in Notice['code']]: Teller<Extract<Notice, { code: C }>> };

interface NumberTexts {
  readonly number: (value: number) => string;
  readonly percent: (share: number) => string;
}

const SOURCES = {
  en: {
    file: 'as the file says',
    batch: 'the range of this batch',
    type: 'the whole range of the sample type, since neither file nor batch states one',
  },
  'zh-CN': {
    file: '文件中注明',
    batch: '本批次的范围',
    type: '文件和批次均未注明，采用样本类型的全部范围',
  },
} as const;

const CONVERTED = {
  en: { cmyk: 'CMYK', cielab: 'CIELab', profile: 'its embedded colour profile' },
  'zh-CN': { cmyk: 'CMYK', cielab: 'CIELab', profile: '内嵌颜色配置文件' },
} as const;

const ALIGNMENT_REASONS = {
  en: {
    'no-contrast': 'nothing stands out clearly from the colour of its border',
    'several-pieces': 'it shows several pieces of like size',
    'two-tones': 'it is not clear whether what adjoins its clearest piece is part of it, or a shadow',
    'cut-off': 'the part reaches over its border',
    'fills-picture': 'the part fills nearly all of it',
    'too-small': 'the part fills nearly nothing of it',
    'part-not-found': 'the part that was clicked is not found in it',
    template: 'the picture that parts are turned like does not show its own part with certainty',
  },
  'zh-CN': {
    'no-contrast': '没有与图像边缘颜色明显不同的区域',
    'several-pieces': '图像中有多个大小相近的区域',
    'two-tones': '无法确定最明显区域旁边的部分属于零件还是阴影',
    'cut-off': '零件超出图像边界',
    'fills-picture': '零件几乎占满整幅图像',
    'too-small': '零件在图像中过小',
    'part-not-found': '未找到点选过的零件',
    template: '作为对齐基准的图像未能确定显示其零件',
  },
} as const;

const COMPARED = {
  en: { language: 'images', consensus: 'images of the batch', references: 'reference images' },
  'zh-CN': { language: '图像', consensus: '批次图像', references: '参考图像' },
} as const;

const DOUBTS = {
  en: {
    'seed-missing': 'the image in which it was clicked cannot be read',
    unlike: 'nothing resembles the place that was clicked',
    quality: 'SAM is not sure of its outline',
    size: 'what SAM found has not the size of the part',
    border: 'what SAM found reaches over most of the border',
    outside: 'it lies outside of the region of interest',
  },
  'zh-CN': {
    'seed-missing': '无法读取当时点选零件的图像',
    unlike: '没有与点选位置相似之处',
    quality: 'SAM 对其轮廓没有把握',
    size: 'SAM 找到的区域与零件大小不符',
    border: 'SAM 找到的区域触及大部分图像边界',
    outside: '它位于感兴趣区域之外',
  },
} as const;

const EN: Tellers = {
  'sample-range': ({ low, high, source }, { number }) =>
    `Sample values ${number(low)} to ${number(high)} were taken for black to white: ${SOURCES.en[source]}.`,
  'samples-clipped': ({ low, high, share }, { number, percent }) =>
    `${percent(share)} of the pixels lie outside the range ${number(low)} to ${number(high)} and were clipped.`,
  page: ({ page, pages }, { number }) => `Page ${number(page)} of ${number(pages)} of the file.`,
  'frames-skipped': ({ frames }, { number }) =>
    `The file is an animation of ${number(frames)} pictures; only its still picture was looked at.`,
  'previews-skipped': ({ previews }, { number }) =>
    `The file also has ${number(previews)} smaller copies of the picture; they are not inspected.`,
  'scaled-thin': ({ width, height, modelWidth, modelHeight }, { number }) =>
    `${number(width)} × ${number(height)} pixels became ${number(modelWidth)} × ${number(modelHeight)} for the model: small defects are lost. Cut the image into shorter pieces.`,
  tiled: ({ tiles, scale, width, height }, { number, percent }) =>
    `Looked at as a whole and in ${number(tiles)} overlapping tiles of ${number(width)} × ${number(height)} pixels, at ${percent(scale)} of their size.`,
  'tiles-limited': ({ scale, wanted, by }, { percent }) =>
    by === 'count'
      ? `The recipe asks for tiles at ${percent(wanted)} of the image's size; there would be too many, so they have ${percent(scale)}. Smaller defects may be lost: cut the image into pieces.`
      : `The recipe asks for tiles at ${percent(wanted)} of the image's size; they have ${percent(scale)}, since more shows nothing new. Smaller defects may be lost: take pictures with more pixels.`,
  'defect-below-scale': ({ modelPixels }, { number }) =>
    `A defect of the recipe's minimum size has only ${number(modelPixels)} pixels in what the model sees. Cut the image into pieces, or raise the minimum size.`,
  'not-aligned': ({ reason }) =>
    `The part could not be turned and cut out like the others, and was not compared with them: ${ALIGNMENT_REASONS.en[reason]}.`,
  'comparison-incomplete': ({ opinion, used, of }, { number }) =>
    `Only ${number(used)} of ${number(of)} ${COMPARED.en[opinion]} could be compared with: the others have no tokens of this model pack, or could not be aligned.`,
  'marks-unusable': ({ marks }, { number }) =>
    `${number(marks)} marks of inspectors (harmless, or missed defects) were not heeded: their images have no tokens of this model pack, or could not be aligned.`,
  'consensus-mixed': () =>
    'The image was not compared with its batch: the images there are of several kinds and have too little in common.',
  'out-of-device-memory': ({ device, running }) =>
    device === running
      ? `The device "${device}" had not enough memory: the pack's smallest variants computed on it.`
      : `The device "${device}" had not enough memory: "${running}" computed.`,
  'servers-away': ({ running }) =>
    `No inference server answered for all of this image: this machine (“${running}”) took over.`,
  'server-gave-way': ({ servers }) =>
    `${servers} failed while this image was computed; another try or another server answered.`,
  'server-unproven': ({ servers }) =>
    `${servers} does not show which model pack its models were made of: names, shapes and types fit, no more is known.`,
  'no-trained-head': () =>
    'The model pack has no trained head: the map shows how much each place is like the words, which finds far fewer defects. Use a pack with a head, or train one.',
  'other-method': ({ method }) =>
    `The map was made by the method ${methodName(method, 'en')}. θ, warn and reject are the recipe's: set them for this method before you trust a verdict.`,
  'points-only': () =>
    'SAM in this model pack takes no boxes: it was asked with points alone, and its masks may be larger or smaller than the region.',
  'single-reference': () =>
    'There is one reference image only: how much good parts differ is not known yet. Add more.',
  'consensus-unavailable': ({ images }, { number }) =>
    `The image was not compared with its batch: ${number(images)} images are too few to know what they have in common.`,
  'region-accepted': () =>
    'A region was found, but the image as a whole is within what good parts show: look at the region before you trust the verdict.',
  'doubt-without-region': () =>
    'The image as a whole is farther from good parts than they are from one another, but no single place stands out.',
  'maps-dropped': ({ date }) =>
    `Maps and mask were removed on ${date} by the workspace's rule for accepted images; verdict, score, regions and hashes are kept.`,
  'colour-converted': ({ from }) => `Colours were converted from ${CONVERTED.en[from]} to sRGB.`,
  'profile-ignored': () => 'The embedded colour profile cannot be used; colours were taken as sRGB.',
  transparency: ({ share }, { percent }) =>
    `${percent(share)} of the pixels are not opaque; grey shows through them.`,
  'alpha-ignored': () =>
    'The file says that every pixel is invisible. That was ignored, and the picture is shown opaque.',
  'bands-ignored': ({ bands }, { number }) =>
    `${number(bands)} bands beyond the colours (such as near infrared) were not looked at.`,
  'single-colour': () => 'The whole image has one colour: there is nothing to inspect on it.',
  'nearly-black': ({ highest }, { number }) =>
    `The image is nearly black: its brightest pixel is ${number(highest)} of 255.`,
  'decoder-warning': ({ message }) => `The file breaks rules of its format but was read whole (${message}).`,
  'area-ignored': ({ share }, { percent }) =>
    `${percent(share)} of the image lie outside of where this product is inspected, and were not looked at.`,
  'area-stretched': ({ width, height, areaWidth, areaHeight }, { number }) =>
    `The region of interest was drawn on an image of ${number(areaWidth)} × ${number(areaHeight)} pixels and stretched to ${number(width)} × ${number(height)}: it may not fit.`,
  'part-not-found': ({ reason }) =>
    `The part was not found with certainty (${DOUBTS.en[reason]}): no background was ignored.`,
  'scale-of-other-size': ({ width, height, scaleWidth, scaleHeight }, { number }) =>
    `The scale was set on an image of ${number(scaleWidth)} × ${number(scaleHeight)} pixels, and this one has ${number(width)} × ${number(height)}: sizes in millimetres may be wrong. Set the scale of images of this size.`,
  'regions-below-limit': ({ regions, specks }, { number }) =>
    `Smaller than the recipe says matters, and not counted for score and verdict: ${number(regions)} ${regions === 1 ? 'region' : 'regions'}${
      specks > 0
        ? `, and ${number(specks)} ${specks === 1 ? 'speck' : 'specks'} too small to be recorded`
        : ''
    }.`,
};

const ZH: Tellers = {
  'sample-range': ({ low, high, source }, { number }) =>
    `样本值 ${number(low)} 至 ${number(high)} 被视为黑至白：${SOURCES['zh-CN'][source]}。`,
  'samples-clipped': ({ low, high, share }, { number, percent }) =>
    `${percent(share)} 的像素超出范围 ${number(low)} 至 ${number(high)}，已被截断。`,
  page: ({ page, pages }, { number }) => `文件共 ${number(pages)} 页，这是第 ${number(page)} 页。`,
  'frames-skipped': ({ frames }, { number }) =>
    `文件是含 ${number(frames)} 幅图像的动画；仅检测了其静态图像。`,
  'previews-skipped': ({ previews }, { number }) =>
    `文件中还有 ${number(previews)} 个较小的预览图，不参与检测。`,
  'scaled-thin': ({ width, height, modelWidth, modelHeight }, { number }) =>
    `${number(width)} × ${number(height)} 像素缩小为 ${number(modelWidth)} × ${number(modelHeight)} 供模型使用：小缺陷会丢失。请将图像裁成较短的几段。`,
  tiled: ({ tiles, scale, width, height }, { number, percent }) =>
    `已检测整幅图像以及 ${number(tiles)} 个重叠的分块，每块 ${number(width)} × ${number(height)} 像素，按原尺寸的 ${percent(scale)} 检测。`,
  'tiles-limited': ({ scale, wanted, by }, { percent }) =>
    by === 'count'
      ? `配方要求分块为图像尺寸的 ${percent(wanted)}，但分块会过多，因此采用 ${percent(scale)}。较小的缺陷可能会丢失：请裁切图像。`
      : `配方要求分块为图像尺寸的 ${percent(wanted)}，但继续放大不会显示更多内容，因此采用 ${percent(scale)}。较小的缺陷可能会丢失：请用更高像素拍摄。`,
  'defect-below-scale': ({ modelPixels }, { number }) =>
    `配方最小尺寸的缺陷在模型所见图像中仅有 ${number(modelPixels)} 个像素。请裁切图像，或提高最小尺寸。`,
  'not-aligned': ({ reason }) =>
    `无法像其他零件那样对该零件进行对齐和裁切，因此未与它们比较：${ALIGNMENT_REASONS['zh-CN'][reason]}。`,
  'comparison-incomplete': ({ opinion, used, of }, { number }) =>
    `${number(of)} 幅${COMPARED['zh-CN'][opinion]}中仅有 ${number(used)} 幅可供比较：其余的没有此模型包的特征，或无法对齐。`,
  'marks-unusable': ({ marks }, { number }) =>
    `未能采用检验员的 ${number(marks)} 个标记（无害或漏检缺陷）：其图像没有此模型包的特征，或无法对齐。`,
  'consensus-mixed': () => '该图像未与其批次比较：批次中的图像种类不一，共同之处太少。',
  'out-of-device-memory': ({ device, running }) =>
    device === running
      ? `设备“${device}”内存不足：已改用模型包中最小的变体在其上计算。`
      : `设备“${device}”内存不足：已改由“${running}”计算。`,
  'servers-away': ({ running }) => `推理服务器未能为该图像完成全部计算：已由本机（“${running}”）接替。`,
  'server-gave-way': ({ servers }) => `计算该图像时 ${servers} 出现故障；重试或由其他服务器作答。`,
  'server-unproven': ({ servers }) => `${servers} 未说明其模型由哪个模型包制成：仅知名称、形状和类型相符。`,
  'no-trained-head': () =>
    '该模型包没有训练过的检测头：图中仅显示各处与文字的相似程度，能发现的缺陷少得多。请使用带检测头的模型包，或训练一个。',
  'other-method': ({ method }) =>
    `该图由方法 ${methodName(method, 'zh-CN')} 生成。θ、待定阈值和不合格阈值取自配方：在信任判定之前，请为该方法设定这些阈值。`,
  'points-only': () => '该模型包中的 SAM 不接受方框：仅用点进行了提示，其掩膜可能大于或小于该区域。',
  'single-reference': () => '只有一幅参考图像：合格品之间的差异尚不清楚。请添加更多参考图像。',
  'consensus-unavailable': ({ images }, { number }) =>
    `该图像未与其批次比较：${number(images)} 幅图像太少，无法得知它们的共同之处。`,
  'region-accepted': () => '发现了区域，但图像整体仍在合格品的范围之内：采信判定之前请先查看该区域。',
  'doubt-without-region': () => '图像整体与合格品的差异大于合格品彼此之间的差异，但没有突出的单个位置。',
  'maps-dropped': ({ date }) =>
    `异常图和掩码已于 ${date} 按工作区对合格图像的保留规则移除；判定、得分、区域和哈希值保留。`,
  'colour-converted': ({ from }) => `颜色已从${CONVERTED['zh-CN'][from]}转换为 sRGB。`,
  'profile-ignored': () => '内嵌的颜色配置文件无法使用；颜色按 sRGB 处理。',
  transparency: ({ share }, { percent }) => `${percent(share)} 的像素不是不透明的，其下显示为灰色。`,
  'alpha-ignored': () => '文件标明所有像素均不可见。该信息已忽略，图像按不透明显示。',
  'bands-ignored': ({ bands }, { number }) => `颜色以外的 ${number(bands)} 个波段（例如近红外）未参与检测。`,
  'single-colour': () => '整幅图像只有一种颜色：没有可检测的内容。',
  'nearly-black': ({ highest }, { number }) => `图像几乎全黑：最亮像素为 ${number(highest)}（最大 255）。`,
  'decoder-warning': ({ message }) => `文件不符合其格式的规则，但已完整读取（${message}）。`,
  'area-ignored': ({ share }, { percent }) =>
    `图像的 ${percent(share)} 位于该产品的检测范围之外，未参与检测。`,
  'area-stretched': ({ width, height, areaWidth, areaHeight }, { number }) =>
    `感兴趣区域是在 ${number(areaWidth)} × ${number(areaHeight)} 像素的图像上绘制的，已拉伸到 ${number(width)} × ${number(height)}，可能不吻合。`,
  'part-not-found': ({ reason }) => `未能可靠地找到零件（${DOUBTS['zh-CN'][reason]}）：未忽略任何背景。`,
  'scale-of-other-size': ({ width, height, scaleWidth, scaleHeight }, { number }) =>
    `比例尺是在 ${number(scaleWidth)} × ${number(scaleHeight)} 像素的图像上设定的，而该图像为 ${number(width)} × ${number(height)} 像素：以毫米表示的尺寸可能有误。请按此尺寸的图像设定比例尺。`,
  'regions-below-limit': ({ regions, specks }, { number }) =>
    `小于配方规定的最小缺陷，不计入得分和判定：${number(regions)} 个区域${
      specks > 0 ? `，以及 ${number(specks)} 个过小而未记录的斑点` : ''
    }。`,
};

const TELLERS = { en: EN, 'zh-CN': ZH } as const;

const NAMES: Readonly<Record<NoticeLanguage, Readonly<Record<NoticeCode, string>>>> = {
  en: {
    'sample-range': 'Sample range',
    'samples-clipped': 'Samples clipped',
    page: 'Page of several',
    'frames-skipped': 'Animation skipped',
    'previews-skipped': 'Previews skipped',
    'scaled-thin': 'Shrunk to a thin strip',
    tiled: 'In tiles',
    'tiles-limited': 'Tiles at a smaller scale',
    'defect-below-scale': 'Defects too small to see',
    'not-aligned': 'Part not aligned',
    'comparison-incomplete': 'Comparison incomplete',
    'marks-unusable': 'Marks not heeded',
    'consensus-mixed': 'Batch of several kinds',
    'out-of-device-memory': 'Device without memory',
    'servers-away': 'Computed on this machine',
    'server-gave-way': 'A server failed',
    'server-unproven': 'Server without proof',
    'no-trained-head': 'No trained head',
    'other-method': 'Another method',
    'points-only': 'Points only',
    'single-reference': 'One reference only',
    'consensus-unavailable': 'Batch too small',
    'region-accepted': 'Accepted with a region',
    'doubt-without-region': 'Doubt without a region',
    'maps-dropped': 'Maps removed by rule',
    'colour-converted': 'Colours converted',
    'profile-ignored': 'Colour profile ignored',
    transparency: 'Transparent pixels',
    'alpha-ignored': 'Transparency ignored',
    'bands-ignored': 'Bands ignored',
    'single-colour': 'Single colour',
    'nearly-black': 'Nearly black',
    'decoder-warning': 'File breaks its format',
    'area-ignored': 'Part of the image ignored',
    'area-stretched': 'Region stretched',
    'part-not-found': 'Part not found',
    'scale-of-other-size': 'Scale of another size',
    'regions-below-limit': 'Regions below the limit',
  },
  'zh-CN': {
    'sample-range': '样本值范围',
    'samples-clipped': '样本值被截断',
    page: '多页之一',
    'frames-skipped': '跳过动画',
    'previews-skipped': '跳过预览图',
    'scaled-thin': '缩成细条',
    tiled: '已分块',
    'tiles-limited': '分块尺度受限',
    'defect-below-scale': '缺陷小到不可见',
    'not-aligned': '零件未对齐',
    'comparison-incomplete': '比较不完整',
    'marks-unusable': '标记未采用',
    'consensus-mixed': '批次种类不一',
    'out-of-device-memory': '设备内存不足',
    'servers-away': '由本机计算',
    'server-gave-way': '服务器曾故障',
    'server-unproven': '服务器未作证明',
    'no-trained-head': '无训练过的检测头',
    'other-method': '其他方法',
    'points-only': '仅用点提示',
    'single-reference': '仅一幅参考',
    'consensus-unavailable': '批次图像过少',
    'region-accepted': '接受但有区域',
    'doubt-without-region': '存疑但无区域',
    'maps-dropped': '异常图已按规则移除',
    'colour-converted': '颜色已转换',
    'profile-ignored': '忽略颜色配置文件',
    transparency: '透明像素',
    'alpha-ignored': '忽略透明度',
    'bands-ignored': '忽略波段',
    'single-colour': '单一颜色',
    'nearly-black': '几乎全黑',
    'decoder-warning': '文件不合格式',
    'area-ignored': '忽略部分图像',
    'area-stretched': '感兴趣区域被拉伸',
    'part-not-found': '未找到零件',
    'scale-of-other-size': '比例尺来自其他尺寸',
    'regions-below-limit': '区域小于限值',
  },
};

/** What a kind of notice is called: a few words for badges and filters. */
export function noticeName(code: NoticeCode, language: NoticeLanguage): string {
  return NAMES[language][code];
}

/** A notice for other programs: its values, how grave it is, and what it says. */
export type ToldNotice = Notice & {
  readonly level: 'information' | 'warning';
  readonly text: Readonly<Record<NoticeLanguage, string>>;
};

export function tellNotice(notice: Notice): ToldNotice {
  const text = { en: noticeText(notice, 'en'), 'zh-CN': noticeText(notice, 'zh-CN') };
  return { ...notice, level: NOTICE_LEVELS[notice.code], text };
}

/** What a notice says, as one sentence or two for people. */
export function noticeText(notice: Notice, language: NoticeLanguage): string {
  const format: NumberTexts = {
    number: (value) => value.toLocaleString(language, { maximumSignificantDigits: 6 }),
    percent: (share) =>
      share > 0 && share < 0.001
        ? `< ${(0.001).toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 })}`
        : share.toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 }),
  };
  // The table has a teller for exactly this code.
  const tell = TELLERS[language][notice.code] as Teller<Notice>;
  return tell(notice, format);
}

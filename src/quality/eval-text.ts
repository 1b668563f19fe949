/**
 * The text that quality is measured on when the user gives none. Written for r1-tune and free to use (CC0): being new, it
 * is in no training set. Reasoning, prose, explanation, code and dialogue, in English and Chinese, since the distilled R1
 * models think in both. Passages are separated by an empty line; each is evaluated on its own.
 */
export const EVAL_TEXT = `A farmer counts 35 heads and 94 legs in her yard. If every animal were a chicken there would be 70 legs, so 24 legs are left over. Each rabbit adds two legs more than a chicken, which makes 12 rabbits. The other 23 animals are chickens. To check: 12 times 4 is 48, 23 times 2 is 46, and 48 plus 46 is 94, as it should be.

The ferry left the island at a quarter past six, while the lamps along the pier were still burning. Nobody on deck spoke. An old man in a green coat had set down his basket between his feet and was watching the water, as if something he had dropped there years ago might come up again. When the horn sounded, he lifted his hat to no one in particular and turned his face to the wind.

A processor is rarely slow because it computes slowly. For every token that a language model writes, all of its weights must travel from memory to the cores once, and the memory can deliver only so many bytes a second. Twice as many threads help until that road is full; after that they merely wait for one another. This is why smaller weights make a model faster even when the arithmetic behind them grows more complicated.

function longestRun(values) {
  let best = 0;
  let current = 0;
  for (let i = 0; i < values.length; i++) {
    current = i > 0 && values[i] === values[i - 1] ? current + 1 : 1;
    if (current > best) best = current;
  }
  return best;
}

"Did you lock the door?" asked Nora. "I thought you did," said her brother. They stood on the platform with two suitcases and looked at each other. "Then somebody has to go back." "The train leaves in nine minutes, and the walk takes seven each way." "So we will miss it." "Or we ask Mrs. Lindqvist, who lives next door and has had our key since the summer." Nora was already looking for the number.

Three boxes stand on a table. One holds only apples, one only oranges, and one holds both, but every label is wrong. You may take one fruit from one box without looking inside. Take it from the box that says "both". Suppose it is an apple: since the label is wrong, this box must hold only apples. The box labelled "oranges" cannot hold only oranges, so it holds both, and the last one holds the oranges.

小明每天早上七点半出门，走路去学校要二十分钟。今天下雨，他走得比平时慢，用了半个小时才到。如果学校八点开始上课，他今天正好没有迟到。可是如果他再晚出门五分钟，就会错过第一节课的开头了。

从前，山脚下住着一位修钟的老人。村里的人都说，他能听出一座钟哪里不舒服。有一天，一个孩子抱着一只坏了的闹钟来找他，问道：“您能让它走得慢一点吗？我想多睡一会儿。”老人笑了，他把闹钟放在耳边听了很久，然后说：“走得慢的钟我会修，可是走得慢的早晨，我还没有见过。”

设笼中有鸡和兔共二十只，脚共五十六只。假设全是鸡，则有四十只脚，比实际少十六只。每把一只鸡换成一只兔，脚就多两只，所以兔有八只，鸡有十二只。验算：八乘以四等于三十二，十二乘以二等于二十四，三十二加二十四正好是五十六。

The commission met eleven times between March and October. It heard engineers, fishermen, two historians and the owner of the only hotel, and it received 214 letters, most of them against the bridge. Its report is short. The cost would be three times what was promised, the benefit about half, and the herons would leave. It recommends a second ferry, painted, if the council so wishes, in the colour of the bridge that was not built.
`;

// The queue page: decisions without a reload, by keys, beside other moderators.
// Everything here has a plain form or link under it, which works without this.
import { decideByForm, manyByForm } from "./queue/decide.js";
import { lookFurther } from "./queue/further.js";
import { showKeys } from "./queue/keys.js";
import { poll } from "./queue/live.js";
import { followFocus } from "./queue/page.js";
import { writeByLink } from "./queue/write.js";

lookFurther();
followFocus();
decideByForm();
manyByForm();
writeByLink();
showKeys();
poll();

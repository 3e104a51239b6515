import "./styles/main.scss";

import { submitOnChange } from "./autosubmit";
import { openAsDialogs } from "./confirm";
import { copyOnClick } from "./copy";
import { mountIslands } from "./islands";
import { wireMenus, wireNavigation } from "./menus";
import { narrowLists } from "./narrow";
import { registerServiceWorker } from "./offline";
import { answerWithPasskeys } from "./passkeys";
import { submitOnce } from "./submit";
import { wireThemeSwitch } from "./theme";
import { validateForms } from "./validation";

wireThemeSwitch(document);
wireNavigation(document);
wireMenus(document);
validateForms(document);
submitOnce(document);
submitOnChange(document);
openAsDialogs(document);
copyOnClick(document);
answerWithPasskeys(document);
narrowLists(document);
registerServiceWorker();
void mountIslands(document);

// @ts-check
// On every page of somebody signed in: what an earlier page left without an answer is sent, and sign-out forgets it.

import { forgetOnSignOut, kept } from "./kept.js";

forgetOnSignOut();
if (kept().length) void import("./resend.js");

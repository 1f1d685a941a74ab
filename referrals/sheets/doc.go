// Package sheets has the texts that a desk reads out or hands over, as data: one file for
// each code, language and version, in the tree or in a folder of the agency's own. It
// reads and judges the files, finds what holds for a unit on a day, fills in numbers and
// places, and keeps in a woman's file which one she was read or given.
//
// A file that cannot be used stops neither the others nor the service: it is a Fault, with
// its line. A text in a language other than Italian and English is used only where it says
// who reviewed it. What may lie about at her place carries a neutral heading, and its card
// no word that gives her away; no file says whether somebody is known here.
package sheets

